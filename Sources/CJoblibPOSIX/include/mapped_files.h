// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_MAPPED_FILES_H
#define JOBLIB_MAPPED_FILES_H

#include <stddef.h>

/// Notes that a file is mapped, so that a SIGBUS in it is explained on the standard error before it ends the process.
///
/// With the first one a handler is installed, which leaves all else to what was there before. Returns what forgets it again;
/// NULL when there is no memory to note it in.
void *joblib_note_mapped_file(const void *start, size_t byte_count, const char *path);

/// Forgets a file, before it is unmapped.
void joblib_forget_mapped_file(void *note);

/// In a handler of SIGBUS: says so, once in a process, if the address is in a file that is noted.
void joblib_explain_bus_error(const void *address);

#endif
