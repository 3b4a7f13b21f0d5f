// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_OUT_OF_MEMORY_H
#define JOBLIB_OUT_OF_MEMORY_H

#include <stdint.h>

/// How often the kernel has killed a process of this one's control group for want of memory, or any where there is no group.
///
/// In C: it is asked beside forks, where what Swift does for the first time takes locks that a child would find taken.
int64_t joblib_out_of_memory_kills(void);

/// How many bytes the group's processes may have together; -1 where that is not limited.
int64_t joblib_memory_limit(void);

#endif
