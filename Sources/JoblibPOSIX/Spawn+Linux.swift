// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// Starts this very program anew, posix_spawn(3).
enum Spawn {
    /// Starts it in a process group of its own, with an empty signal mask, default handlers, and nothing to read.
    ///
    /// The file is the one that this process runs, even if another stands at its path by now.
    ///
    /// - Parameters:
    ///   - environment: Variables that are added to those of this process, or replace them.
    ///   - output: Becomes its standard output.
    ///   - error: Becomes its standard error.
    ///   - inherited: Become its descriptors from 3; it has no others.
    /// - Returns: Its id.
    /// - Throws: ``SystemError``.
    static func start(
        _ environment: [String: String],
        output: Int32,
        error: Int32,
        inherited: [Int32] = []
    ) throws(SystemError) -> pid_t {
        let assignments = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") }
        defer {
            for index in unsafe assignments.indices { unsafe free(assignments[index]) }
        }
        var pid: pid_t = 0
        let failure = unsafe assignments.map { unsafe UnsafePointer($0) }
            .withUnsafeBufferPointer { assignments in
                unsafe inherited.withUnsafeBufferPointer { inherited in
                    var spawn = unsafe joblib_spawn(
                        assignments: assignments.baseAddress,
                        assignment_count: assignments.count,
                        output: output,
                        error: error,
                        inherited: inherited.baseAddress,
                        inherited_count: inherited.count
                    )
                    return unsafe joblib_spawn_program(&spawn, &pid)
                }
            }
        guard failure == 0 else { throw SystemError(errno: failure, call: "posix_spawn") }
        return pid
    }
}
