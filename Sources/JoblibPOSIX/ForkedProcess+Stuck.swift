// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

extension ForkedProcess {
    /// What tells one standstill of the child from another; `nil` while it is at none.
    ///
    /// A child stands still when it is stopped, or when its one thread waits for a lock that only another thread of the same process could
    /// release: a private futex, without an end to the wait. Nobody will if the same standstill is seen later. See
    /// proc_pid_syscall(5) and futex(2).
    public var standstill: Int? {
        let thread = Int(unsafe self.record.start.load(as: joblib_child_record.self).thread)
        guard thread != 0, let status = TextFile.read("/proc/\(self.pid)/task/\(thread)/stat") else { return nil }
        // Behind the name, which may hold anything: the state, and further on the time spent in the program and in the kernel.
        let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
        var hasher = Hasher()
        hasher.combine(fields.dropFirst(11).prefix(2).map { String($0) })
        if fields.first != "T" {
            guard let futex = self.awaitedFutex(of: thread) else { return nil }
            hasher.combine(futex)
        }
        return hasher.finalize()
    }

    private func awaitedFutex(of thread: Int) -> Substring? {
        // The child's first thread waits for that one, which is no private matter.
        guard self.threadCount == 2, let call = TextFile.read("/proc/\(self.pid)/task/\(thread)/syscall") else {
            return nil
        }
        let words = call.split(separator: " ")
        // The fourth argument is the end of the wait.
        guard words.count > 4, words[4] == "0x0", Int(words[0]) == SystemCall.futex,
            let operation = Self.number(words[2]),
            operation & SystemCall.isPrivate != 0
        else { return nil }
        return words[1]
    }

    private var threadCount: Int? {
        TextFile.read("/proc/\(self.pid)/status")?.split(separator: "\n")
            .first { $0.hasPrefix("Threads:") }
            .flatMap { Int($0.dropFirst("Threads:".count).drop { $0 == "\t" || $0 == " " }) }
    }

    private static func number(_ text: Substring) -> Int? { Int(text.dropFirst("0x".count), radix: 16) }
}

private enum SystemCall {
    #if arch(x86_64)
    static let futex = 202
    #else
    static let futex = 98
    #endif
    /// FUTEX_PRIVATE_FLAG.
    static let isPrivate = 128
}
