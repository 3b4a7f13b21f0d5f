// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_SHARED_MEMORY_H
#define JOBLIB_SHARED_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/// Makes a file without a name, memfd_create(2), whose memory is reserved and whose size cannot change any more.
///
/// Returns the descriptor, which no child inherits, or the negative of an errno value.
int joblib_memory_file(const char *name, size_t byte_count);

/// Maps such a file, which must have the size; NULL with errno set when it cannot be mapped, or is smaller or not sealed.
void *joblib_map_memory_file(int descriptor, size_t byte_count);

/// Makes a file without a name that has no memory yet, and grows with what is written.
///
/// Returns the descriptor, which no child inherits, or the negative of an errno value.
int joblib_arena_file(const char *name);

/// Gives memory of such a file back to the system; its size stays.
void joblib_arena_discard(int descriptor, int64_t offset, int64_t byte_count);

/// Makes the size and the bytes of such a file final, for everybody and for good. Returns 0 or an errno value.
int joblib_seal_file(int descriptor);

/// Whether that was done to a file.
int joblib_is_sealed(int descriptor);

/// Opens a file without a name in a folder, O_TMPFILE, for reading and writing; nobody can give it one.
///
/// Returns the descriptor, which no child inherits, or the negative of an errno value.
int joblib_unnamed_file(const char *folder);

/// Has the file system set the first bytes of a file aside, fallocate(2). Returns 0 or an errno value.
int joblib_set_space_aside(int file, size_t byte_count);

#endif
