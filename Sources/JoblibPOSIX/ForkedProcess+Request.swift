// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

extension ForkedProcess {
    /// The stack that the child has left so far; empty before.
    public var stack: [UInt] { ChildEnding.stack(unsafe self.record.start.load(as: joblib_child_record.self)) }

    /// Asks the child for the stack of its thread, after which it does nothing any more; see ``stack``.
    public func requestStack() {
        _ = unsafe joblib_child_request_stack(
            self.pid,
            self.record.start.assumingMemoryBound(to: joblib_child_record.self)
        )
    }
}
