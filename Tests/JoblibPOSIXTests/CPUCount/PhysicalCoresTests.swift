// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct PhysicalCoresTests {
    private static let directory = "/sys/devices/system/cpu"

    /// The files of CPUs that are each on a package, a cluster and a core.
    private static func topology(_ cpus: [Int: (package: Int, cluster: Int?, core: Int)]) -> [String: String] {
        var files: [String: String] = [:]
        for (number, location) in cpus {
            let topology = "\(Self.directory)/cpu\(number)/topology"
            files["\(topology)/physical_package_id"] = "\(location.package)\n"
            files["\(topology)/core_id"] = "\(location.core)\n"
            files["\(topology)/cluster_id"] = location.cluster.map { "\($0)\n" }
        }
        return files
    }

    private static func count(_ logicalCPUs: Int, _ files: [String: String]) -> Int? {
        PhysicalCores.count(logicalCPUs: logicalCPUs, textOf: { files[$0] })
    }

    @Test("Hardware threads of one core count once")
    func hardwareThreads() {
        let files = Self.topology([0: (0, nil, 0), 1: (0, nil, 1), 2: (0, nil, 0), 3: (0, nil, 1)])
        #expect(Self.count(4, files) == 2)
    }

    @Test("Equal core numbers in two packages, or in two clusters, are two cores")
    func packages() {
        #expect(Self.count(2, Self.topology([0: (0, nil, 0), 1: (1, nil, 0)])) == 2)
        #expect(Self.count(3, Self.topology([0: (0, 0, 0), 1: (0, 1, 0), 2: (0, 1, 1)])) == 3)
        #expect(Self.count(2, Self.topology([0: (-1, nil, 0), 1: (-1, nil, 1)])) == 2)
    }

    @Test("CPUs that are switched off are not asked about")
    func offline() {
        var files = Self.topology([0: (0, nil, 0), 2: (0, nil, 1), 3: (0, nil, 1), 8: (0, nil, 2)])
        files["\(Self.directory)/online"] = "0,2-3,8\n"
        #expect(Self.count(4, files) == 3)
    }

    @Test(
        "A list that makes no sense is as good as none",
        arguments: [
            "", "-", "a", "1-", "-1", "3-1", "0--1", "0-1-2", "0-99999999", "0,,1", "9223372036854775808", "\0",
        ]
    )
    func nonsenseList(list: String) {
        var files = Self.topology([0: (0, nil, 0), 1: (0, nil, 1)])
        files["\(Self.directory)/online"] = list
        #expect(Self.count(2, files) == 2)
    }

    @Test("A list that repeats itself is given up")
    func longList() {
        var files = Self.topology([0: (0, nil, 0), 1: (0, nil, 1)])
        files["\(Self.directory)/online"] = Array(repeating: "0-65535", count: 10_000).joined(separator: ",")
        #expect(Self.count(2, files) == 2)
    }

    @Test(
        "One CPU that cannot be placed leaves it to the second source",
        arguments: [nil, "", "x", "9e9"] as [String?]
    )
    func incomplete(core: String?) {
        var files = Self.topology([0: (0, nil, 0), 1: (0, nil, 1)])
        files["\(Self.directory)/cpu1/topology/core_id"] = core
        #expect(Self.count(2, files) == nil)
        files["/proc/cpuinfo"] = "processor: 0\ncore id: 7\n"
        #expect(Self.count(2, files) == 1)
    }

    @Test("The second source is a paragraph for each CPU")
    func cpuInfo() {
        let locations = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 0)]
        let paragraphs = locations.map { package, core in
            "processor\t: 0\nphysical id\t: \(package)\nflags\t\t: fpu: vme\ncore id\t\t: \(core)\n"
        }
        #expect(Self.count(5, ["/proc/cpuinfo": paragraphs.joined(separator: "\n")]) == 4)
        #expect(Self.count(2, ["/proc/cpuinfo": "core id : 0\n\ncore id : 1"]) == 2)
    }

    @Test(
        "A second source that does not say is none",
        arguments: [
            "", "\n\n", "processor : 0\n", "core id\n", "core id :\n", "core id : x\n", "core id : 1e3", "\0:\0", ":",
        ]
    )
    func nonsenseCPUInfo(text: String) {
        #expect(Self.count(2, ["/proc/cpuinfo": text]) == nil)
    }

    @Test("No CPU is no core", arguments: [0, -1, Int.min])
    func noCPU(logicalCPUs: Int) {
        #expect(Self.count(logicalCPUs, [:]) == nil)
    }
}
