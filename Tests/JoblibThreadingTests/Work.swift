// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

@testable import JoblibCore

/// A batch that is a closure.
final class Work: BatchWork {
    let isObsolete: Bool
    private let body: @Sendable () -> Void

    init(isObsolete: Bool = false, _ body: @escaping @Sendable () -> Void = {}) {
        self.isObsolete = isObsolete
        self.body = body
    }

    func runAsBatch() {
        self.body()
    }
}
