// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "task_state.h"

_Thread_local struct joblib_task_state joblib_task_state_storage = {.index = -1, .attempt = 0, .runner = NULL};
