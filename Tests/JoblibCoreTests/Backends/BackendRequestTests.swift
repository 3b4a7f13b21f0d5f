// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct BackendRequestTests {
    private let request = BackendRequest(
        name: "mine",
        parameters: [
            BackendParameter(name: "size", value: 1), BackendParameter(name: "colour", value: "red"),
            BackendParameter(name: "size", value: 2),
        ],
        innerMaxNumThreads: 3
    )

    @Test("The value given last under a name counts")
    func lastValue() throws {
        #expect(try self.request.parameter("size", as: Int.self) == 2)
        let colour: String? = try self.request.parameter("colour")
        #expect(colour == "red")
        #expect(self.request.innerMaxNumThreads == 3)
    }

    @Test("A parameter that was not given is nil")
    func missing() throws {
        #expect(try self.request.parameter("Size", as: Int.self) == nil)
    }

    @Test("A value of another type is refused with the value, its name and the type that is needed")
    func mismatch() throws {
        let error = try #require(throws: ParallelError.self) { try self.request.parameter("colour", as: Int.self) }
        #expect(error.code == .invalidArgument)
        #expect(error.detail == "parameter 'colour' of backend 'mine' is red; a value of type Int is needed")
    }
}
