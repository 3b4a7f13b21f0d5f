// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@Suite("Names and words that a task cannot take over as they are")
struct NamesTests {
    private func expect(
        _ source: String,
        makes pieces: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let verdict = Verdict(of: source)
        #expect(verdict.refusals.map(\.refusal) == [], sourceLocation: sourceLocation)
        for piece in pieces {
            #expect(verdict.expanded.contains(piece), "\(verdict.expanded)", sourceLocation: sourceLocation)
        }
    }

    @Test("A parameter with no name of its own, or one that cannot be stored under it, is called by its position")
    func parameters() {
        self.expect(
            "@Portable func f(_: Int, for: Int, in run: Int, f: Int, `self`: Int) {}",
            makes:
                "init(_ argument1: Int, for argument2: Int, in argument3: Int, f argument4: Int, `self` argument5: Int)",
            "f(self.argument1, for: self.argument2, in: self.argument3, f: self.argument4, `self`: self.argument5)"
        )
    }

    @Test("Backticks stay in calls, and go where the name of the task needs none")
    func backticks() {
        self.expect("@Portable func `repeat`() {}", makes: "struct __Portable_repeat:", "TestModule::`repeat`()")
        self.expect("@Portable func `two words`() {}", makes: "struct `__Portable_two words`:")
    }

    @Test("A default that names what the task stores is the twin's alone")
    func defaults() {
        self.expect(
            "@Portable func f(limit: Int = limit, other: Int = Limits.limit) {}",
            makes: "init(limit: Int, other: Int = Limits.limit)",
            "func f(limit: Int = limit, other: Int = Limits.limit)"
        )
    }

    @Test("What a parameter alone can have is left out, and an implicitly unwrapped value is an optional one")
    func types() {
        self.expect(
            "@Portable func f(_ a: consuming [Int], b: sending Int, c: Int!) -> Int! { c }",
            makes: "init(_ a: [Int], b: Int, c: Int?)",
            "func f(_ a: [Int], b: Int, c: Int?) -> Delayed<Int?>"
        )
    }

    @Test("Availability is carried over, other attributes are not")
    func attributes() {
        self.expect(
            "@available(*, deprecated) @discardableResult @inlinable @Portable public func f() -> Int { 1 }",
            makes: "\n\n@available(*, deprecated)\npublic struct",
            "\n@available(*, deprecated)\n@_disfavoredOverload\npublic func"
        )
    }

    @Test("nonisolated goes for all of it")
    func nonisolated() {
        self.expect(
            "@MainActor enum Screen { @Portable nonisolated static func f() {} }",
            makes: "nonisolated struct __Portable_f",
            "nonisolated static func f() -> Delayed<Void>"
        )
    }

    @Test("throws(Never) throws nothing")
    func neverThrows() {
        self.expect(
            "@Portable func f() throws(Never) {}",
            makes: "func run() throws(Never) -> Void {\n        TestModule::f()"
        )
    }

    @Test("An extension's access goes for the members of the task, and a type that is extended keeps its name")
    func extensions() {
        self.expect(
            "public extension Outer.Inner { @Portable static func f(_ a: Self) {} }",
            makes: "\nstruct __Portable_f",
            "public func run() -> Void",
            "Outer.Inner.f(self.a)",
            "let a: Outer.Inner"
        )
        self.expect("extension [Int] { @Portable static func f() {} }", makes: "([Int]).f()")
    }
}
