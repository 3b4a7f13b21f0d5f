// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct ProcessEnvironmentTests {
    @Test("A variable that is set has a value")
    func set() throws {
        #expect(try #require(ProcessEnvironment.value("PATH")).contains("/"))
    }

    @Test("A variable that is not set has none", arguments: ["JOBLIB_TESTS_NEVER_SET_THIS", "", "PATH="])
    func unset(name: String) {
        #expect(ProcessEnvironment.value(name) == nil)
    }
}
