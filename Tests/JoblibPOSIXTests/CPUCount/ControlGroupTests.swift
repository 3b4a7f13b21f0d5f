// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct ControlGroupTests {
    private static let unified = "25 1 0:22 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let legacy = "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"

    private static func limit(cgroup: String?, mounts: String?, _ files: [String: String]) -> Int? {
        var files = files
        files["/proc/self/cgroup"] = cgroup
        files["/proc/self/mountinfo"] = mounts
        return ControlGroup.cpuLimit { files[$0] }
    }

    @Test("The least quota among a group and its ancestors counts")
    func ancestors() {
        let files = [
            "/sys/fs/cgroup/a/b/c/cpu.max": "max 100000\n",
            "/sys/fs/cgroup/a/b/cpu.max": "600000 100000\n",
            "/sys/fs/cgroup/a/cpu.max": "250000 100000\n",
            "/sys/fs/cgroup/other/cpu.max": "100000 100000\n",
        ]
        #expect(Self.limit(cgroup: "0::/a/b/c\n", mounts: Self.unified, files) == 3)
        #expect(Self.limit(cgroup: "0::/a/b/missing\n", mounts: Self.unified, files) == 3)
        #expect(Self.limit(cgroup: "0::/elsewhere\n", mounts: Self.unified, files) == nil)
        #expect(Self.limit(cgroup: "0::/\n", mounts: Self.unified, files) == nil)
    }

    @Test("Version 1 has its own path, mount and files")
    func version1() {
        let files = [
            "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "400000\n",
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": "100000\n",
            "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
        ]
        #expect(Self.limit(cgroup: "5:memory:/x\n4:cpu,cpuacct:/a/b\n", mounts: Self.legacy, files) == 4)
        #expect(Self.limit(cgroup: "4:cpuacct,cpu:/x\n", mounts: Self.legacy, files) == 1)
        #expect(Self.limit(cgroup: "4:cpuset:/x\n3:cpuacct:/x\n", mounts: Self.legacy, files) == nil)
    }

    @Test("In a hybrid hierarchy both versions count", arguments: [("300000", 3), ("500000", 4), ("max", 4)])
    func hybrid(quota: String, cpus: Int) {
        let files = [
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "400000",
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000",
            "/sys/fs/cgroup/unified/b/cpu.max": "\(quota) 100000",
        ]
        let mounts = Self.legacy + "38 31 0:41 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
        #expect(Self.limit(cgroup: "3:cpu:/a\n0::/b\n", mounts: mounts, files) == cpus)
    }

    @Test("A container sees its branch of the hierarchy at the mount point")
    func container() {
        let mounts = "25 1 0:22 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
        let files = [
            "/sys/fs/cgroup/cpu.max": "200000 100000",
            "/sys/fs/cgroup/inner/cpu.max": "100000 100000",
            "/sys/fs/cgroup/docker/abc/cpu.max": "100000 100000",
        ]
        #expect(Self.limit(cgroup: "0::/docker/abc\n", mounts: mounts, files) == 2)
        #expect(Self.limit(cgroup: "0::/docker/abc/inner\n", mounts: mounts, files) == 1)
        // "/docker/abcd" begins with the same letters and is another group; the root is the best there is.
        #expect(Self.limit(cgroup: "0::/docker/abcd/inner\n", mounts: mounts, files) == 2)
    }

    @Test("A mount of another branch does not count where one of ours is seen")
    func otherBranch() {
        let mounts = Self.unified + "26 1 0:22 /docker/abc /mnt/other rw - cgroup2 cgroup rw\n"
        let files = ["/mnt/other/cpu.max": "100000 100000", "/sys/fs/cgroup/a/cpu.max": "300000 100000"]
        #expect(Self.limit(cgroup: "0::/a\n", mounts: mounts, files) == 3)
    }

    @Test(
        "A path out of the namespace never leaves the mount",
        arguments: ["/..", "/../a", "/../../../../etc", "/a/../../b", "/a/.."]
    )
    func escape(path: String) {
        var read: [String] = []
        let limit = ControlGroup.cpuLimit { file in
            read.append(file)
            switch file {
            case "/proc/self/cgroup": return "0::\(path)\n"
            case "/proc/self/mountinfo": return Self.unified
            case "/sys/fs/cgroup/cpu.max": return "200000 100000"
            default: return "max 100000"
            }
        }
        #expect(limit == 2)
        #expect(read.allSatisfy { !$0.contains("..") })
    }

    @Test("A mount made outside of the namespace shows the groups below its root")
    func rootOutside() {
        let mounts = "25 1 0:22 /../a /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
        let files = ["/sys/fs/cgroup/cpu.max": "200000 100000", "/sys/fs/cgroup/b/cpu.max": "100000 100000"]
        #expect(Self.limit(cgroup: "0::/../a\n", mounts: mounts, files) == 2)
        #expect(Self.limit(cgroup: "0::/../a/b\n", mounts: mounts, files) == 1)
        #expect(Self.limit(cgroup: "0::/\n", mounts: mounts, files) == 2)
    }

    @Test(
        "The mount's root is read when the group is not known",
        arguments: [nil, "", "\n", "0::\n", "0:/a\n", "0::a\n", "\u{FFFD}\0\n", "x:y:z", ":::"] as [String?]
    )
    func unknownGroup(cgroup: String?) {
        let files = ["/sys/fs/cgroup/cpu.max": "200000 100000", "/sys/fs/cgroup/a/cpu.max": "100000 100000"]
        #expect(Self.limit(cgroup: cgroup, mounts: Self.unified, files) == 2)
    }

    @Test("The usual places are read when no mount is known", arguments: [nil, "", "1 2 3\n"] as [String?])
    func unknownMounts(mounts: String?) {
        #expect(Self.limit(cgroup: "0::/a", mounts: mounts, ["/sys/fs/cgroup/a/cpu.max": "200000 100000"]) == 2)
        #expect(Self.limit(cgroup: nil, mounts: mounts, ["/sys/fs/cgroup/cpu.max": "200000 100000"]) == 2)
        let legacy = [
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000",
            "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
        ]
        #expect(Self.limit(cgroup: nil, mounts: mounts, legacy) == 3)
    }

    @Test(
        "A malformed quota is passed over, and the ancestors count",
        arguments: ["", "200000", "-5 100000", "1e5 \0"]
    )
    func malformedQuota(text: String) {
        let files = ["/sys/fs/cgroup/a/b/cpu.max": text, "/sys/fs/cgroup/a/cpu.max": "200000 100000"]
        #expect(Self.limit(cgroup: "0::/a/b\n", mounts: Self.unified, files) == 2)
    }

    @Test("Nothing to read is no limit, and so is nonsense everywhere")
    func nonsense() {
        #expect(ControlGroup.cpuLimit { _ in nil } == nil)
        for text in ["", "\n", "\0", "max", "\u{FFFD}", " - ", ":", String(repeating: ":/", count: 50_000), "-1"] {
            #expect(ControlGroup.cpuLimit { _ in text } == nil)
        }
    }

    @Test("An endless path is not followed")
    func endlessPath() {
        let path = String(repeating: "/a", count: 500_000)
        let files = ["/sys/fs/cgroup/cpu.max": "200000 100000"]
        #expect(Self.limit(cgroup: "0::\(path)\n", mounts: Self.unified, files) == 2)
    }

    @Test("This machine's own files are read without harm")
    func thisMachine() {
        #expect(ControlGroup.cpuLimit(textOf: SystemFile.text(at:)) ?? 1 >= 1)
    }
}
