// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A document with code in it, and with what the code prints.
struct Article {
    /// A block of text that a snippet has to print.
    struct Result {
        let snippet: String
        let text: String
    }

    let name: String
    private let lines: [Substring]

    static let all: [Article] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
        let catalog = root.appending(path: "Sources/Joblib/Joblib.docc")
        let articles =
            (try? FileManager.default.contentsOfDirectory(at: catalog, includingPropertiesForKeys: nil)) ?? []
        return (articles + [root.appending(path: "README.md")])
            .filter { $0.pathExtension == "md" }
            .compactMap { url in
                (try? String(contentsOf: url, encoding: .utf8)).map { Article(url.lastPathComponent, $0) }
            }
    }()

    private init(_ name: String, _ text: String) {
        self.name = name
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The blocks below a comment that names the snippet they are printed by.
    var results: [Result] {
        var results: [Result] = []
        for (number, line) in self.lines.enumerated() where line.hasPrefix("<!-- printed by ") {
            let name = line.dropFirst("<!-- printed by ".count).prefix { $0 != " " }
            let block = self.lines.dropFirst(number + 1)
            let text = block.dropFirst().prefix { $0 != "```" }.map { $0 + "\n" }.joined()
            results.append(Result(snippet: String(name), text: block.first == "```text" ? text : "no block of text\n"))
        }
        return results
    }
}
