// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How much memory there is left for this process.
public enum AvailableMemory {
    /// The bytes that can be had without another process losing any: the least that the machine and the control groups grant.
    ///
    /// - Returns: An estimate, as the kernel makes it; `nil` when it is not told.
    public static var byteCount: Int? { self.byteCount { SystemFile.text(at: $0) } }

    static func byteCount(textOf: (String) -> String?) -> Int? {
        let machine = Self.machine(textOf("/proc/meminfo") ?? "")
        return (Self.groups(textOf) + [machine].compactMap { $0 }).min()
    }

    private static func machine(_ text: String) -> Int? {
        func kilobytes(_ name: String) -> Int? {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
        guard let available = kilobytes("MemAvailable") else { return nil }
        return (available + (kilobytes("SwapFree") ?? 0)) * 1024
    }

    /// What each group of the process and its ancestors have left.
    private static func groups(_ textOf: (String) -> String?) -> [Int] {
        let mounts = ControlGroup.Mount.all(in: textOf("/proc/self/mountinfo") ?? "").filter(\.isUnified)
        guard let path = ControlGroup.Membership(textOf("/proc/self/cgroup") ?? "").unifiedPath else { return [] }
        return mounts.flatMap { $0.directories(of: path) ?? [] }
            .compactMap { folder in
                func number(_ name: String) -> Int? {
                    textOf("\(folder)/\(name)").flatMap { Int($0.filter { $0 != "\n" }) }
                }
                guard let limit = number("memory.max"), let used = number("memory.current") else { return nil }
                // Copies of files that the kernel drops when memory is wanted.
                let line = (textOf("\(folder)/memory.stat") ?? "").split(separator: "\n")
                    .first { $0.hasPrefix("inactive_file ") }
                let droppable = line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
                return max(0, limit - used + droppable)
            }
    }
}
