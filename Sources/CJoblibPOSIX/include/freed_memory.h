// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_FREED_MEMORY_H
#define JOBLIB_FREED_MEMORY_H

#include <stddef.h>

/// How many bytes the allocator keeps that nobody has, of those that the first thread was given, mallinfo(3).
size_t joblib_freed_byte_count(void);

/// Has the allocator give them back, malloc_trim(3).
void joblib_release_freed_memory(void);

#endif
