// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ProcessIdentity {
    /// When a process was started, in ticks since the system was; with its id this is one process's alone.
    ///
    /// - Parameter pid: The id of a process.
    /// - Returns: The field 22 of /proc/PID/stat; `nil` when there is no such process.
    public static func startTime(of pid: Int) -> UInt64? {
        guard pid > 0, let text = SystemFile.text(at: "/proc/\(pid)/stat") else { return nil }
        // The second field is the program's name in parentheses, which may hold any character.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 20 ? UInt64(fields[20]) : nil
    }
}
