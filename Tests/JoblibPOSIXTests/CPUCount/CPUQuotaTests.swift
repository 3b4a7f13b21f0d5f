// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct CPUQuotaTests {
    @Test(
        "A quota is rounded up to whole CPUs",
        arguments: [
            ("200000 100000\n", 2), ("150000 100000\n", 2), ("50000 100000\n", 1), ("1 1000000", 1),
            ("100001 100000", 2),
            (" 200000   100000 ", 2), ("\(Int.max) 1", Int.max), ("1 \(Int.max)", 1), ("\(Int.max) \(Int.max)", 1),
            ("\(Int.max) \(Int.max - 1)", 2),
        ]
    )
    func cpuMax(text: String, cpus: Int) {
        #expect(CPUQuota(cpuMax: text)?.wholeCPUs == cpus)
    }

    @Test(
        "What grants no number of CPUs is no quota",
        arguments: [
            "max 100000\n", "", "\n", " ", "max", "200000", "-1 100000", "0 100000", "200000 0", "200000 -1",
            "200000 max", "max max", "9223372036854775808 100000", "200000 99999999999999999999", "2e5 1e5", "0x10 1",
            "200000.0 100000", "200000 100000 5", "200000,100000", "200000\n100000", "٢ ١", "nan nan", "inf 100000",
            "\u{FFFD} \u{FFFD}", "\0", "2\0 1",
        ]
    )
    func noQuota(text: String) {
        #expect(CPUQuota(cpuMax: text) == nil)
    }

    @Test("A number without an end is none")
    func endlessNumber() {
        #expect(CPUQuota(cpuMax: String(repeating: "9", count: 1_000_000) + " 100000") == nil)
    }

    @Test(
        "Version 1 keeps quota and period in two files",
        arguments: [
            ("200000\n", "100000\n", 2), ("-1\n", "100000\n", nil), ("0\n", "100000\n", nil), ("200000\n", "0\n", nil),
            ("", "", nil), ("max", "100000", nil), ("200000", "", nil), (" 250000 ", " 100000 ", 3),
        ] as [(String, String, Int?)]
    )
    func version1(quota: String, period: String, cpus: Int?) {
        #expect(CPUQuota(quota: quota, period: period)?.wholeCPUs == cpus)
    }
}
