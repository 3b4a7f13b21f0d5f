// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// Starts programs, most often this very one anew; posix_spawn(3).
enum Spawn {
    /// Starts one in a process group of its own, with an empty signal mask and default handlers.
    ///
    /// - Parameters:
    ///   - command: The program, which is looked for in `PATH` where its name has no slash, and its arguments; empty: the file that this
    ///     process runs, even if another stands at its path by now.
    ///   - environment: Variables that are added to those of this process, or replace them.
    ///   - input: Becomes its standard input; negative: there is nothing to read.
    ///   - output: Becomes its standard output.
    ///   - error: Becomes its standard error.
    ///   - inherited: Become its descriptors from 3; it has no others.
    /// - Returns: Its id.
    /// - Throws: ``SystemError``.
    static func start(
        command: [String] = [],
        _ environment: [String: String],
        input: Int32 = -1,
        output: Int32,
        error: Int32,
        inherited: [Int32] = []
    ) throws(SystemError) -> pid_t {
        let assignments = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") }
        var arguments = unsafe command.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        defer {
            for index in unsafe assignments.indices { unsafe free(assignments[index]) }
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
        }
        var pid: pid_t = 0
        let failure = unsafe assignments.map { unsafe UnsafePointer($0) }
            .withUnsafeBufferPointer { assignments in
                unsafe inherited.withUnsafeBufferPointer { inherited in
                    unsafe arguments.withUnsafeBufferPointer { arguments in
                        var spawn = unsafe joblib_spawn(
                            file: arguments[0].map { unsafe UnsafePointer($0) },
                            arguments: arguments.baseAddress,
                            assignments: assignments.baseAddress,
                            assignment_count: assignments.count,
                            input: input,
                            output: output,
                            error: error,
                            inherited: inherited.baseAddress,
                            inherited_count: inherited.count
                        )
                        return unsafe joblib_spawn_program(&spawn, &pid)
                    }
                }
            }
        guard failure == 0 else { throw SystemError(errno: failure, call: "posix_spawn") }
        return pid
    }
}
