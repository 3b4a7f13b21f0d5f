// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "freed_memory.h"

#include <features.h>

#if defined(__GLIBC__)

#include <malloc.h>

size_t joblib_freed_byte_count(void) {
#if __GLIBC_PREREQ(2, 33)
    return mallinfo2().fordblks;
#else
    return (size_t)(unsigned)mallinfo().fordblks;
#endif
}

void joblib_release_freed_memory(void) {
    malloc_trim(0);
}

#else

// Other libraries give memory back by themselves, and are not told to keep it.
size_t joblib_freed_byte_count(void) {
    return 0;
}

void joblib_release_freed_memory(void) {}

#endif
