// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_TASK_STATE_H
#define JOBLIB_TASK_STATE_H

#include <stddef.h>
#include <stdint.h>

/// Which task this thread runs. A C thread-local costs 2 ns to read, a Swift task-local 9 to read and 25 to bind.
struct joblib_task_state {
    int64_t index;    ///< -1 while the thread is in a loop but in none of its tasks, such as when it reads input
    int64_t attempt;  ///< from 1
    void *runner;     ///< the Swift object behind it, alive while it stands here; NULL outside a loop
};

extern _Thread_local struct joblib_task_state joblib_task_state_storage;

static inline struct joblib_task_state *joblib_task_state_current(void) {
    return &joblib_task_state_storage;
}

#endif
