// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void joblib_futex_wait(uint32_t *word, uint32_t expected, int64_t nanoseconds, int is_shared) {
    struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    // FUTEX_WAIT takes a relative time on CLOCK_MONOTONIC: a change of the wall clock cannot end or extend it.
    int operation = is_shared ? FUTEX_WAIT : FUTEX_WAIT_PRIVATE;
    syscall(SYS_futex, word, operation, expected, nanoseconds < 0 ? NULL : &limit, NULL, 0);
}

void joblib_futex_wake(uint32_t *word, int32_t count, int is_shared) {
    syscall(SYS_futex, word, is_shared ? FUTEX_WAKE : FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}
