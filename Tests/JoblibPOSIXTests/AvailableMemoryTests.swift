// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct AvailableMemoryTests {
    private static let machine = "MemTotal: 16000 kB\nMemFree: 10 kB\nMemAvailable:    8000 kB\nSwapFree:  1000 kB\n"
    private static let mounts = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"

    private static func byteCount(_ files: [String: String]) -> Int? { AvailableMemory.byteCount { files[$0] } }

    @Test("What the machine has left counts, with what it can swap out")
    func machine() {
        #expect(Self.byteCount(["/proc/meminfo": Self.machine]) == 9000 * 1024)
        #expect(Self.byteCount(["/proc/meminfo": "MemAvailable: 5 kB\n"]) == 5 * 1024)
    }

    @Test("A group of the process, or one around it, may have less")
    func groups() {
        var files = [
            "/proc/meminfo": Self.machine, "/proc/self/mountinfo": Self.mounts,
            "/proc/self/cgroup": "0::/outer/inner\n",
            "/sys/fs/cgroup/outer/inner/memory.max": "max\n", "/sys/fs/cgroup/outer/inner/memory.current": "100\n",
            "/sys/fs/cgroup/outer/memory.max": "5000\n", "/sys/fs/cgroup/outer/memory.current": "4000\n",
        ]
        #expect(Self.byteCount(files) == 1000)
        files["/sys/fs/cgroup/outer/memory.stat"] = "anon 5\ninactive_file 500\nactive_file 7\n"
        #expect(Self.byteCount(files) == 1500)
        files["/sys/fs/cgroup/outer/memory.current"] = "9000\n"
        #expect(Self.byteCount(files) == 0)
    }

    @Test(
        "Nothing is known where nothing can be read, or makes sense",
        arguments: ["", "MemAvailable", "MemAvailable: x kB"]
    )
    func unknown(_ text: String) {
        #expect(Self.byteCount([:]) == nil)
        #expect(Self.byteCount(["/proc/meminfo": text]) == nil)
    }

    @Test("This machine tells")
    func here() throws {
        #expect(try #require(AvailableMemory.byteCount) > 0)
    }
}
