// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "cpu_affinity.h"

#include <errno.h>
#include <sched.h>

int joblib_allowed_processors(void **set, size_t *size) {
    // The kernel answers EINVAL when the set is smaller than its own, which depends on how it was built: a plain
    // cpu_set_t, of 1,024 CPUs, is too small on large machines. The end is there so that the loop has one.
    for (int cpus = 1024; cpus <= 1 << 20; cpus *= 2) {
        cpu_set_t *allowed = CPU_ALLOC(cpus);
        if (allowed == NULL) return ENOMEM;
        *size = CPU_ALLOC_SIZE(cpus);
        CPU_ZERO_S(*size, allowed);
        if (sched_getaffinity(0, *size, allowed) == 0) {
            *set = allowed;
            return 0;
        }
        int failure = errno;
        CPU_FREE(allowed);
        if (failure != EINVAL) return failure;
    }
    return EINVAL;
}

int joblib_cpu_affinity_count(void) {
    void *set;
    size_t size;
    if (joblib_allowed_processors(&set, &size) != 0) return -1;
    int count = CPU_COUNT_S(size, (cpu_set_t *)set);
    CPU_FREE(set);
    return count;
}

int joblib_cpu_current(void) {
    return sched_getcpu();
}
