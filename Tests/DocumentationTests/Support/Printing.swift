// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// What a snippet has printed.
private let printed = Mutex("")

/// Prints into the text that is compared with the article, whatever thread it is called on.
///
/// It hides the standard library's function, so that snippets read like code of a program.
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {
    let line = items.map { "\($0)" }.joined(separator: separator) + terminator
    printed.withLock { $0 += line }
}

/// Runs one snippet and returns what it prints; one at a time.
func output(of snippet: () throws -> Void) rethrows -> String {
    printed.withLock { $0 = "" }
    try snippet()
    return printed.withLock { $0 }
}
