// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct CPUCountLimitsTests {
    @Test("The least limit counts")
    func least() {
        #expect(CPUCount.Limits(online: 8).available == 8)
        #expect(CPUCount.Limits(online: 8, affinity: 4, controlGroup: 6, environment: 5).available == 4)
        #expect(CPUCount.Limits(online: 8, affinity: 4, controlGroup: 3, environment: 5).available == 3)
        #expect(CPUCount.Limits(online: 8, affinity: 4, controlGroup: 3, environment: 2).available == 2)
    }

    @Test("No limit raises the number of CPUs")
    func raising() {
        let limits = CPUCount.Limits(online: 2, affinity: 4, controlGroup: 64, environment: .max)
        #expect(limits.available == 2)
        #expect(!limits.isRestricted)
    }

    @Test("There is always one CPU", arguments: [0, -5])
    func atLeastOne(number: Int) {
        #expect(CPUCount.Limits(online: number).available == 1)
        #expect(CPUCount.Limits(online: 8, affinity: number).available == 1)
    }

    @Test(
        "LOKY_MAX_CPU_COUNT is an integer from 1 up or is ignored",
        arguments: [
            ("1", 1), ("4", 4), (" 4\n", 4), ("+4", 4), ("100000", 100_000), (nil, nil), ("", nil), (" ", nil),
            ("0", nil), ("-1", nil), ("4.0", nil), ("four", nil), ("4 4", nil), ("0x4", nil),
            ("9223372036854775808", nil), ("٤", nil), ("\0", nil), ("\u{FFFD}", nil),
        ] as [(String?, Int?)]
    )
    func environment(text: String?, limit: Int?) {
        #expect(CPUCount.Limits.environmentLimit(text) == limit)
    }
}
