// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
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

    @Test("A variable that is taken is gone, also from what the process was started with", .timeLimit(.minutes(1)))
    func taken() async {
        await #expect(processExitsWith: .success) {
            let environment = { try Data(contentsOf: URL(fileURLWithPath: "/proc/self/environ")) }
            let path = try #require(getenv("PATH").map { String(cString: $0) })
            let before = try environment()
            #expect(before.range(of: Data("PATH=\(path)".utf8)) != nil)

            #expect(ProcessEnvironment.take("PATH") == path)
            #expect(ProcessEnvironment.value("PATH") == nil)
            #expect(ProcessEnvironment.take("PATH") == nil)
            #expect(try environment().range(of: Data(path.utf8)) == nil)
        }
    }
}
