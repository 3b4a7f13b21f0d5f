// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_FUTEX_H
#define JOBLIB_FUTEX_H

#include <stdint.h>

// Swift cannot take the address of its `Atomic`, and futex(2) needs one: hence a word that lives in C memory and is
// read and written through these functions alone.

static inline uint32_t joblib_word_load(const uint32_t *word) {
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline int joblib_word_compare_exchange(uint32_t *word, uint32_t expected, uint32_t desired) {
    return __atomic_compare_exchange_n(word, &expected, desired, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/// Tells the processor that this is a spin loop.
static inline void joblib_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield" ::: "memory");
#endif
}

/// Sleeps while `*word == expected`; a negative `nanoseconds` means no limit. May return at any time.
///
/// `is_shared` says whether other processes wake and wait as well, which costs a little more.
void joblib_futex_wait(uint32_t *word, uint32_t expected, int64_t nanoseconds, int is_shared);

/// Wakes up to `count` sleepers.
void joblib_futex_wake(uint32_t *word, int32_t count, int is_shared);

#endif
