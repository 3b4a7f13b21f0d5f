// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct ControlGroupMembershipTests {
    @Test("The groups of both versions are found")
    func both() {
        let membership = ControlGroup.Membership("9:name=systemd:/s\n4:cpu,cpuacct:/a:b/c\n3:cpuset:/x\n0::/u v\n")
        #expect(membership.cpuPath == "/a:b/c")
        #expect(membership.unifiedPath == "/u v")
    }

    @Test("A controller is a whole word", arguments: ["cpuset", "cpuacct", "xcpu", "CPU", "name=cpu", ""])
    func otherController(name: String) {
        #expect(ControlGroup.Membership("4:\(name):/a\n").cpuPath == nil)
    }

    @Test(
        "The unified hierarchy is number 0 without controllers",
        arguments: ["1::/a", "0:cpuset:/a", "00::/a", "0:/a"]
    )
    func notUnified(line: String) {
        #expect(ControlGroup.Membership(line).unifiedPath == nil)
    }

    @Test("Lines that make no sense are skipped")
    func nonsense() {
        let membership = ControlGroup.Membership("\n::\n0\n0::relative\n\0\u{FFFD}\n0::/a\n4:cpu\n4:cpu:\n")
        #expect(membership.unifiedPath == "/a")
        #expect(membership.cpuPath == nil)
    }
}
