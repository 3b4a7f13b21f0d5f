// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct CPUCountTests {
    /// Eight CPUs on four cores.
    private static func machine(_ path: String) -> String? {
        for cpu in 0..<8 where path == "/sys/devices/system/cpu/cpu\(cpu)/topology/core_id" {
            return "\(cpu / 2)\n"
        }
        return path.hasSuffix("/physical_package_id") ? "0\n" : nil
    }

    private static func count(
        _ limits: CPUCount.Limits,
        physical: Bool,
        _ textOf: (String) -> String? = Self.machine
    ) -> Int {
        CPUCount.available(within: limits, onlyPhysicalCores: physical, textOf: textOf)
    }

    @Test("Cores count where nothing restricts the process")
    func physical() {
        #expect(Self.count(.init(online: 8), physical: false) == 8)
        #expect(Self.count(.init(online: 8), physical: true) == 4)
        #expect(Self.count(.init(online: 8, affinity: 8, controlGroup: 9, environment: 8), physical: true) == 4)
    }

    @Test("Under a restriction nothing is asked about cores")
    func restricted() {
        func count(_ limits: CPUCount.Limits) -> Int {
            Self.count(limits, physical: true) { path in
                Issue.record("\(path) was read")
                return nil
            }
        }
        #expect(count(.init(online: 8, affinity: 6)) == 6)
        #expect(count(.init(online: 8, affinity: 8, controlGroup: 1)) == 1)
        #expect(count(.init(online: 8, environment: 7)) == 7)
    }

    @Test("Unknown cores are the CPUs, and more cores than CPUs are not believed")
    func unbelievable() {
        #expect(Self.count(.init(online: 8), physical: true) { _ in nil } == 8)
        let cores = Self.count(.init(online: 2), physical: true) { path in
            path == "/sys/devices/system/cpu/online" ? "0-7" : Self.machine(path)
        }
        #expect(cores == 2)
    }

    @Test("This thread can use a CPU of this machine")
    func thisMachine() {
        let limits = CPUCount.Limits.current()
        #expect(limits.available >= 1)
        #expect(CPUCount.available() == limits.available)
        #expect((1...limits.available).contains(CPUCount.available(onlyPhysicalCores: true)))
    }

    @Test("A pinned thread can use one CPU")
    func pinnedThread() async throws {
        let count = try await withCheckedThrowingContinuation { continuation in
            do {
                try PlatformThread.start(name: "pinned") {
                    continuation.resume(returning: PlatformThread.pinned(to: 0) { CPUCount.available() })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(count == 1)
    }
}
