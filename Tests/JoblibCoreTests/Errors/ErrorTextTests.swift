// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

@Suite("Errors as text")
struct ErrorTextTests {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { self.stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private static func errors(_ count: Int) -> [any Error] {
        let path = (0..<count).map { Key("k\($0)") }
        let context = DecodingError.Context(codingPath: path, debugDescription: "bad")
        let outer = DecodingError.Context(
            codingPath: [],
            debugDescription: "worse",
            underlyingError: DecodingError.dataCorrupted(context)
        )
        return [
            DecodingError.typeMismatch(Int.self, context), DecodingError.valueNotFound(Int.self, context),
            DecodingError.keyNotFound(Key("key"), context), DecodingError.dataCorrupted(context),
            DecodingError.dataCorrupted(outer),
            EncodingError.invalidValue(7, EncodingError.Context(codingPath: path, debugDescription: "bad")),
        ]
    }

    @Test(
        "A long way to what could not be encoded or decoded has its ends, and how many keys are missing",
        arguments: 0..<6
    )
    func long(_ number: Int) {
        let text = ErrorText.text(Self.errors(1000)[number])
        #expect(text.contains("k0.k1.k2.k3.(992 more).k996.k997.k998.k999"), "\(text)")
        #expect(text.contains("bad") && text.count < 400, "\(text)")
        #expect(RemoteError(Self.errors(1000)[number]).description == text)
    }

    @Test("A short one is told as it is, and so is any other error", arguments: 0..<6)
    func short(_ number: Int) {
        let error = Self.errors(9)[number]
        #expect(ErrorText.text(error) == "\(error)")
        #expect(ErrorText.text(CancellationError()) == "\(CancellationError())")
    }
}
