// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("Articles", .serialized, .timeLimit(.minutes(1)))
struct ArticlesTests {
    @Test("Above a result is the whole snippet that prints it", arguments: Snippet.all)
    func code(_ snippet: Snippet) throws {
        let result = try #require(Article.all.flatMap(\.results).first { $0.snippet == snippet.name })
        let (code, body) = (result.code.map(Self.withoutIndentation), result.body.map(Self.withoutIndentation))
        #expect(code == body)
    }

    @Test("What an article says that a snippet prints is what it prints", arguments: Snippet.all)
    func printed(_ snippet: Snippet) throws {
        let shown = Article.all.flatMap(\.results).filter { $0.snippet == snippet.name }
        #expect(shown.count == 1, "\(snippet.name) has to be in one article")
        let printed = try output(of: snippet.run)
        #expect(printed == shown.first?.text)
    }

    @Test("Every result in an article is that of a snippet")
    func known() {
        let names = Snippet.all.map(\.name)
        #expect(Set(names).count == names.count)
        for article in Article.all {
            for result in article.results { #expect(names.contains(result.snippet), "\(article.name)") }
        }
    }

    private static func withoutIndentation(_ line: String) -> String {
        String(line.drop { $0 == " " })
    }
}
