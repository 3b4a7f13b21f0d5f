// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Synchronization

/// What is known of the want of memory for which the kernel has killed a process.
public struct MemoryShortage: Sendable, Hashable {
    /// How many bytes the processes of its control group may have together; `nil` where that is not limited.
    public let limit: Int?
}

/// How often the kernel has killed a process of this one's control group for want of memory.
///
/// It keeps no record for each process, but counts before it kills: whoever finds a child dead finds the count advanced.
enum OutOfMemoryKills {
    private final class Counter: Sendable {
        let group = MemoryGroup.ofThisProcess
        let claims: Mutex<OutOfMemoryClaims>

        init() { self.claims = Mutex(OutOfMemoryClaims(count: self.group.killCount)) }
    }

    private static let counter = PerProcess { Counter() }

    /// Notes how many there have been before.
    static func remember() { _ = self.counter.object }

    /// Takes one of them for the death of a child that SIGKILL has ended.
    ///
    /// - Returns: What is known of it; `nil` when there has been none that is not taken.
    static func claim() -> MemoryShortage? {
        let counter = self.counter.object
        let count = counter.group.killCount
        let isTaken = counter.claims.withLock { $0.take(count: count, now: MonotonicClock.now) }
        return isTaken ? MemoryShortage(limit: counter.group.limit) : nil
    }
}

/// Which of the kernel's kills are taken for the deaths of children: the decisions.
struct OutOfMemoryClaims: Sendable {
    /// For how long a kill is a child's that was not seen to be anybody's, in nanoseconds.
    private static let period: UInt64 = 1_000_000_000

    private var seen: Int
    private var untaken = 0
    private var seenAt: UInt64 = 0

    init(count: Int) {
        self.seen = count
    }

    /// Takes a kill, if there is one.
    ///
    /// - Parameters:
    ///   - count: How many there have been.
    ///   - now: Nanoseconds of a clock that is not set.
    /// - Returns: Whether there was.
    mutating func take(count: Int, now: UInt64) -> Bool {
        if count > self.seen {
            // What is older is not that of one that is only found dead now.
            self.untaken = count - self.seen + (now - self.seenAt < Self.period ? self.untaken : 0)
            self.seen = count
            self.seenAt = now
        }
        guard self.untaken > 0, now - self.seenAt < Self.period else { return false }
        self.untaken -= 1
        return true
    }
}

/// The control group that limits a process's memory, or the machine where there is none: cgroups(7), both versions.
struct MemoryGroup: Sendable, Equatable {
    /// The file with a line `oom_kill N`.
    private let events: String

    /// The file with the limit.
    private let limitFile: String?

    private static let root = "/sys/fs/cgroup"

    /// The calling process's.
    static var ofThisProcess: MemoryGroup {
        let groups = self.candidates(TextFile.read("/proc/self/cgroup") ?? "")
        // A container may see the whole path of its group, of which only the end is mounted.
        return groups.first { $0.count != nil } ?? MemoryGroup(events: "/proc/vmstat", limitFile: nil)
    }

    /// Where its files may be.
    ///
    /// - Parameter memberships: What /proc/PID/cgroup says.
    /// - Returns: The likeliest first.
    static func candidates(_ memberships: String) -> [MemoryGroup] {
        memberships.split(separator: "\n")
            .flatMap { line -> [MemoryGroup] in
                let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3 else { return [] }
                let path = parts[2] == "/" ? "" : String(parts[2])
                if parts[0] == "0", parts[1].isEmpty {
                    return Set([path, ""]).sorted(by: >)
                        .map {
                            MemoryGroup(
                                events: "\(self.root)\($0)/memory.events",
                                limitFile: "\(self.root)\($0)/memory.max"
                            )
                        }
                }
                guard parts[1].split(separator: ",").contains("memory") else { return [] }
                return Set([path, ""]).sorted(by: >)
                    .map {
                        MemoryGroup(
                            events: "\(self.root)/memory\($0)/memory.oom_control",
                            limitFile: "\(self.root)/memory\($0)/memory.limit_in_bytes"
                        )
                    }
            }
    }

    /// How many processes were killed; `nil` where the file does not say.
    private var count: Int? {
        TextFile.read(self.events)?.split(separator: "\n")
            .first { $0.hasPrefix("oom_kill ") }
            .flatMap { Int($0.dropFirst("oom_kill ".count)) }
    }

    var killCount: Int { self.count ?? 0 }

    var limit: Int? {
        guard let text = self.limitFile.flatMap({ TextFile.read($0) }), let limit = Int(text.prefix { $0.isNumber })
        else { return nil }
        // Where there is no limit the first version says the largest number that it has.
        return limit < 1 << 60 ? limit : nil
    }
}
