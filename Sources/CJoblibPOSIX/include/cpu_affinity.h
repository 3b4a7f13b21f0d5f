// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_CPU_AFFINITY_H
#define JOBLIB_CPU_AFFINITY_H

/// Returns the number of CPUs that the calling thread may run on, or -1.
///
/// In C because CPU_ALLOC and CPU_COUNT_S are macros, which Swift does not see.
int joblib_cpu_affinity_count(void);

#endif
