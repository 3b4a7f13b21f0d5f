// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct ControlGroupMountTests {
    @Test("Optional fields may be absent or many", arguments: ["", "shared:4 ", "shared:4 master:1 propagate_from:2 "])
    func optionalFields(optional: String) throws {
        let mounts = ControlGroup.Mount.all(in: "25 1 0:22 /r /p rw \(optional)- cgroup2 cgroup2 rw\n")
        let mount = try #require(mounts.first)
        #expect(mount.root == "/r")
        #expect(mount.point == "/p")
        #expect(mount.isUnified)
        #expect(!mount.isCPUController)
    }

    @Test("Only mounts that may hold CPU quotas are kept")
    func kinds() {
        let mounts = ControlGroup.Mount.all(
            in: """
                1 0 0:1 / / rw - ext4 /dev/sda rw
                31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
                32 31 0:29 / /c/cpu rw - cgroup cgroup rw,cpuacct,cpu
                33 31 0:30 / /c/cpuacct rw - cgroup cgroup rw,cpuacct
                34 31 0:31 / /c/cpuset rw - cgroup cgroup rw,cpuset
                38 31 0:38 / /c/unified rw - cgroup2  rw
                """
        )
        #expect(mounts.map(\.point) == ["/c/cpu", "/c/unified"])
        #expect(mounts.map(\.isCPUController) == [true, false])
    }

    @Test(
        "The kernel's octal escapes are undone, and nothing else",
        arguments: [
            (#"/a\040b"#, "/a b"), (#"/a\011\012\134b"#, "/a\t\n\\b"), (#"/\303\251"#, "/é"), (#"/a\04"#, #"/a\04"#),
            (#"/a\"#, #"/a\"#), (#"/a\089"#, #"/a\089"#), (#"/a\777"#, #"/a\777"#), (#"/a\134040"#, #"/a\040"#),
            (#"/\377"#, "/\u{FFFD}"),
        ]
    )
    func escapes(field: String, path: String) throws {
        let mounts = ControlGroup.Mount.all(in: "25 1 0:22 \(field) \(field) rw - cgroup2 cgroup2 rw\n")
        let mount = try #require(mounts.first)
        #expect(mount.root == path)
        #expect(mount.point == path)
    }

    @Test("A mount on top of another is the one that is seen")
    func covered() {
        let mounts = ControlGroup.Mount.all(
            in: """
                25 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
                26 1 0:22 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw
                """
        )
        #expect(mounts.map(\.root) == ["/a"])
    }

    @Test(
        "Lines that make no sense are skipped",
        arguments: [
            "", "\n\n", "-", "- - - - - - - -", "25 1 0:22 / /p rw", "25 1 0:22 / /p rw -",
            "25 1 0:22 / /p rw - cgroup2",
            "25 1 0:22 / /p rw - cgroup2 x", "25 1 - cgroup2 cgroup2 rw", "\0\u{FFFD}",
            "25 1 0:22 / /p rw x cgroup2 x rw",
        ]
    )
    func nonsense(text: String) {
        #expect(ControlGroup.Mount.all(in: text).isEmpty)
    }

    @Test("A group is seen with its ancestors up to the mount point")
    func directories() {
        let mount = ControlGroup.Mount(root: "/r", point: "/p")
        #expect(mount.directories(of: "/r/a/b") == ["/p/a/b", "/p/a", "/p"])
        #expect(mount.directories(of: "//r/./a//") == ["/p/a", "/p"])
        #expect(mount.directories(of: "/r") == ["/p"])
        #expect(mount.directories(of: "/") == nil)
        #expect(mount.directories(of: "/rr/a") == nil)
        #expect(mount.directories(of: "/r/../etc") == nil)
    }
}
