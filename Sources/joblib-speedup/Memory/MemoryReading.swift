// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Memory of the machine and of this program, as the kernel counts it.
enum MemoryReading {
    /// The name of the memory in which arrays of calls are, which nobody maps.
    private static let arena = "/memfd:joblib-arrays"

    /// The bytes that the machine has for programs, or that are left to the control group of this one.
    ///
    /// - Throws: ``SystemError`` where there is no such number.
    static func available() throws(SystemError) -> Int {
        let ofMachine = KernelFile.bytes("MemAvailable", in: try KernelFile.text("/proc/meminfo"))
        guard let ofMachine else { throw SystemError("/proc/meminfo has no MemAvailable") }
        return min(ofMachine, Self.leftToGroup ?? ofMachine)
    }

    /// The bytes of this process, of its descendants, and of what is in the memory that nobody maps.
    ///
    /// What several processes share counts once. What comes or goes meanwhile counts too little rather than too much, so
    /// that the largest of many readings is one that was true.
    ///
    /// - Throws: ``SystemError`` where the kernel does not tell.
    static func ofProgram() throws(SystemError) -> Int {
        let descendants = Self.descendants
        // A page of this process that one of them maps as well becomes half a page here and half a page there, and a
        // whole one again when that ends. The smaller share there, before and after, is no more than what is left here.
        let before = descendants.map(Self.proportionalOfRunning)
        let own = try Self.proportional("self")
        let after = descendants.map(Self.proportionalOfRunning)
        return own + zip(before, after).reduce(0) { $0 + min($1.0, $1.1) } + Self.unmapped
    }

    /// Returns the bytes of another process, none if it has ended meanwhile.
    private static func proportionalOfRunning(_ process: Int) -> Int {
        (try? Self.proportional("\(process)")) ?? 0
    }

    private static func proportional(_ process: String) throws(SystemError) -> Int {
        let path = "/proc/\(process)/smaps_rollup"
        do {
            guard let bytes = KernelFile.bytes("Pss", in: try KernelFile.text(path)) else {
                throw SystemError("no Pss")
            }
            return bytes
        } catch {
            throw SystemError("memory cannot be measured here: \(path): \(error)")
        }
    }

    private static var descendants: [Int] {
        var family = ProcessFamily()
        for process in SystemCall.names(inDirectory: "/proc").compactMap({ Int($0) }) {
            guard let stat = try? KernelFile.text("/proc/\(process)/stat") else { continue }
            family.note(process, stat: stat)
        }
        return family.descendants(of: SystemCall.processID)
    }

    private static var unmapped: Int {
        SystemCall.names(inDirectory: "/proc/self/fd").map { "/proc/self/fd/\($0)" }
            .filter { SystemCall.linkTarget($0)?.hasPrefix(Self.arena) == true }
            .reduce(0) { $0 + SystemCall.allocatedBytes($1) }
    }

    /// What the control group at the root of what this program sees of them has left; that of a container, as a rule.
    private static var leftToGroup: Int? {
        let places = [
            ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
        ]
        for (limit, usage) in places {
            if let limit = Self.number(limit), let usage = Self.number(usage) { return max(0, limit - usage) }
        }
        return nil
    }

    private static func number(_ path: String) -> Int? {
        (try? KernelFile.text(path)).flatMap { Int($0.prefix { $0.isNumber }) }
    }
}
