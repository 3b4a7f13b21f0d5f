// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "cpu_affinity.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>

int joblib_cpu_affinity_count(void) {
    // The kernel answers EINVAL when the set is smaller than its own, which depends on how it was built: a plain
    // cpu_set_t, of 1,024 CPUs, is too small on large machines. The end is there so that the loop has one.
    for (int cpus = 1024; cpus <= 1 << 20; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        if (set == NULL) {
            return -1;
        }
        size_t size = CPU_ALLOC_SIZE(cpus);
        CPU_ZERO_S(size, set);
        int result = sched_getaffinity(0, size, set);
        int error = errno;
        int count = result == 0 ? CPU_COUNT_S(size, set) : -1;
        CPU_FREE(set);
        if (result == 0 || error != EINVAL) {
            return count;
        }
    }
    return -1;
}
