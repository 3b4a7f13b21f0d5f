// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// What a thread was in before it entered a task.
// SAFETY: the pointer inside is used by the thread alone that had it.
@safe
struct TaskState: @unchecked Sendable {
    static let none = unsafe TaskState(state: joblib_task_state(index: -1, attempt: 0, runner: nil))

    let state: joblib_task_state
}
