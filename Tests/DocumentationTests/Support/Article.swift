// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A document with code in it, and with what the code prints.
struct Article {
    /// A block of text that a snippet has to print.
    struct Result {
        let snippet: String

        /// The code above the block.
        let code: [String]

        /// The file that the code is from.
        let source: String

        let text: String

        /// The body of the snippet, as it is in its file.
        var body: [String] {
            let lines = Article.lines(of: Article.root.appending(path: self.source))
            guard let start = lines.firstIndex(where: { $0.contains("func \(self.snippet)(") }) else { return [] }
            let end = String(lines[start].prefix { $0 == " " }) + "}"
            return lines[start...].dropFirst().prefix { $0 != end }
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        .standardizedFileURL

    let name: String
    private let lines: [String]

    static let all: [Article] = {
        let catalog = root.appending(path: "Sources/Joblib/Joblib.docc")
        let articles =
            (try? FileManager.default.contentsOfDirectory(at: catalog, includingPropertiesForKeys: nil)) ?? []
        return (articles + [root.appending(path: "README.md")])
            .filter { $0.pathExtension == "md" }
            .map { url in Article(name: url.lastPathComponent, lines: Self.lines(of: url)) }
    }()

    private static func lines(of url: URL) -> [String] {
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The blocks below a comment that names the snippet they are printed by.
    var results: [Result] {
        var results: [Result] = []
        var (code, source): ([String], String) = ([], "")
        for (number, line) in self.lines.enumerated() {
            let block = self.lines.dropFirst(number + 1)
            if let path = Self.text(in: line, after: "<!-- from ") { source = path }
            if line == "```swift" { code = Array(block.prefix { $0 != "```" }) }
            guard let name = Self.text(in: line, after: "<!-- printed by ") else { continue }
            let text = block.dropFirst().prefix { $0 != "```" }.map { $0 + "\n" }.joined()
            results.append(
                Result(snippet: name, code: code, source: source, text: block.first == "```text" ? text : "no text\n")
            )
        }
        return results
    }

    private static func text(in line: String, after prefix: String) -> String? {
        guard line.hasPrefix(prefix), line.hasSuffix(" -->") else { return nil }
        return String(line.dropFirst(prefix.count).dropLast(4))
    }
}
