// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The cores of the machine, each of which may be several CPUs to the scheduler.
enum PhysicalCores {
    /// Where a core is; what the kernel does not tell apart is 0.
    ///
    /// The numbers in the middle are needed: on ARM boards, cores are counted anew in each cluster.
    private struct Location: Hashable {
        var package: Int
        var die = 0
        var cluster = 0
        var core: Int
    }

    /// Returns the number of cores that are online.
    ///
    /// - Parameters:
    ///   - logicalCPUs: The number of CPUs online.
    ///   - textOf: Reads a file by its path; `nil` when it cannot be read.
    /// - Returns: A number from 1 up; `nil` when neither `/sys` nor `/proc/cpuinfo` says.
    static func count(logicalCPUs: Int, textOf: (String) -> String?) -> Int? {
        Self.countInTopology(logicalCPUs: logicalCPUs, textOf: textOf)
            ?? textOf("/proc/cpuinfo").flatMap(Self.count(inCPUInfo:))
    }

    private static func countInTopology(logicalCPUs: Int, textOf: (String) -> String?) -> Int? {
        let directory = "/sys/devices/system/cpu"
        let cpus = textOf("\(directory)/online").flatMap(Self.numbers(inList:)) ?? Array(0..<max(logicalCPUs, 0))
        var cores: Set<Location> = []
        for cpu in cpus {
            func number(_ name: String) -> Int? {
                textOf("\(directory)/cpu\(cpu)/topology/\(name)").flatMap { Int($0.trimmed) }
            }
            // One CPU that cannot be placed makes the whole count a guess.
            guard let package = number("physical_package_id"), let core = number("core_id") else { return nil }
            cores.insert(
                Location(package: package, die: number("die_id") ?? 0, cluster: number("cluster_id") ?? 0, core: core)
            )
        }
        return cores.isEmpty ? nil : cores.count
    }

    /// Reads the kernel's notation for sets, such as `0-3,8`.
    private static func numbers(inList text: String) -> [Int]? {
        // Far above what any kernel supports; below what it takes to make a damaged file expensive.
        let limit = 0..<65_536
        var numbers: [Int] = []
        for range in text.trimmed.fields(separatedBy: ",") {
            let bounds = range.fields(separatedBy: "-").map { Int($0) }
            guard
                (1...2).contains(bounds.count),
                let first = bounds[0], let last = bounds[bounds.count - 1],
                limit.contains(first), limit.contains(last), first <= last,
                numbers.count < limit.count
            else { return nil }
            numbers += first...last
        }
        return numbers
    }

    /// Counts in the text of `/proc/cpuinfo`: a paragraph for each CPU, with lines of `name : value`.
    private static func count(inCPUInfo text: String) -> Int? {
        var cores: Set<Location> = []
        var package: Int?
        var core: Int?
        for line in text.fields(separatedBy: "\n") + [""] {
            let fields = line.fields(separatedBy: ":", maxSplits: 1).map(\.trimmed)
            switch fields[0] {
            case "":
                if let core {
                    cores.insert(Location(package: package ?? 0, core: core))
                }
                (package, core) = (nil, nil)
            case "physical id" where fields.count == 2:
                package = Int(fields[1])
            case "core id" where fields.count == 2:
                core = Int(fields[1])
            default:
                break
            }
        }
        return cores.isEmpty ? nil : cores.count
    }
}
