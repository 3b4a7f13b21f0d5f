// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where errors were thrown, recorded only for calls that ask for it.
enum ThrowRecord {
    static let howToGetOne = "not recorded; set verbose to 10 or more to record where errors are thrown"

    static func text(of error: any Error) -> String {
        self.howToGetOne
    }
}
