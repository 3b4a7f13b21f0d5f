// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct ArgumentTextTests {
    @Test(
        "Short arguments are shown as they are, texts in quotes",
        arguments: [
            (1, "1"), (2.5, "2.5"), ("two", #""two""#), ("line\nend \"quoted\"", #""line\nend \"quoted\"""#),
            ("", #""""#),
            ([1, 2], "[1, 2]"), (["a"], #"["a"]"#), ([Int](), "[]"), (Point(x: 1), "Point(x: 1)"),
        ] as [(any Sendable, String)]
    )
    func short(argument: any Sendable, text: String) {
        #expect(ArgumentText.render(argument) == text)
    }

    @Test("Several arguments are separated by commas, none are nothing")
    func several() {
        #expect(ArgumentText.render([1, "b", [3]] as [Any]) == #"1, "b", [3]"#)
        #expect(ArgumentText.render([Any]()) == "")
    }

    @Test(
        "A text of 1,000 characters is whole, a longer one ends with an ellipsis at 1,000",
        arguments: [998, 999, 100_000]
    )
    func longText(length: Int) {
        let text = ArgumentText.render(String(repeating: "é", count: length))
        #expect(text.count == 1000)
        #expect(text.hasSuffix(length == 998 ? "é\"" : "é…"))
    }

    @Test("All arguments together are at most 1,000 characters")
    func longTogether() {
        let argument = String(repeating: "x", count: 600)
        let text = ArgumentText.render([argument, argument] as [Any])
        #expect(text.count == 1000)
        #expect(text.hasSuffix("…"))
    }

    @Test("Twenty elements are shown, of more the first twenty and their number")
    func collections() {
        #expect(ArgumentText.render(Array(0..<20)) == "\(Array(0..<20))")
        let shown = (0..<20).map(String.init).joined(separator: ", ")
        #expect(ArgumentText.render(Array(0..<21)) == "[\(shown), … 21 elements]")
        #expect(ArgumentText.render(Array(0..<1_000_000)[...]) == "[\(shown), … 1000000 elements]")
    }

    @Test("Of a large array no element is rendered that is not shown")
    func descriptionCalls() {
        let counter = Counter()
        let elements = [Describer](repeating: Describer(calls: counter), count: 100_000)
        _ = ArgumentText.render(elements)
        #expect(counter.value == 20)
    }

    @Test("Of a large array inside of another no element is rendered that is not shown")
    func nestedDescriptionCalls() {
        let counter = Counter()
        let elements = [[Describer](repeating: Describer(calls: counter), count: 100_000)]
        #expect(ArgumentText.render(elements).hasSuffix(", … 100000 elements]]"))
        #expect(counter.value == 20)
    }

    @Test("Texts in a large array are quoted as in a small one")
    func quotedElements() {
        #expect(ArgumentText.render([String](repeating: "a", count: 21)).hasPrefix(#"["a", "a""#))
    }

    @Test("A long description is cut")
    func longDescription() {
        let text = ArgumentText.render(Verbose())
        #expect(text.count == 1000)
        #expect(text.hasSuffix("y…"))
    }

    @Test("What is nested deep is left out")
    func deepNesting() {
        let node = (0..<1000).reduce(into: Node()) { node, _ in node = Node(next: [node]) }
        let text = ArgumentText.render(node)
        #expect(text.hasPrefix("Node(next: [Node("))
        #expect(text.contains("…"))
        #expect(text.count < 100)
    }
}

private struct Point {
    let x: Int
}

private struct Node {
    var next: [Node] = []
}

private struct Verbose: CustomStringConvertible {
    let description = String(repeating: "y", count: 5000)
}

private struct Describer: CustomStringConvertible, Sendable {
    let calls: Counter

    var description: String {
        self.calls.increase()
        return "."
    }
}
