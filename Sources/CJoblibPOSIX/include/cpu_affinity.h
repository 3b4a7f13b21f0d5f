// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_CPU_AFFINITY_H
#define JOBLIB_CPU_AFFINITY_H

#include <stddef.h>

/// The processors that the calling thread may run on, sched_getaffinity(2): a cpu_set_t of `size` bytes, to be freed with
/// CPU_FREE. Returns 0 or an errno value.
int joblib_allowed_processors(void **set, size_t *size);

/// The number of CPUs on which the calling thread may run, or -1 when the kernel does not say.
int joblib_cpu_affinity_count(void);

/// The processor that the calling thread is on at the moment, sched_getcpu(3); -1 where that is not known.
int joblib_cpu_current(void);

#endif
