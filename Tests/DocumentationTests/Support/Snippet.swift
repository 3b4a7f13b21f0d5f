// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

/// A piece of code of an article whose output the article shows.
struct Snippet: Sendable, CustomTestStringConvertible {
    let name: String
    let run: @Sendable () throws -> Void

    init(_ name: String, _ run: @escaping @Sendable () throws -> Void) {
        self.name = name
        self.run = run
    }

    var testDescription: String { self.name }

    static let all: [Snippet] = manual + failures + choosing + library + python + progress + sharing
}
