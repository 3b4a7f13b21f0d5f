// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import MacroExpansion

@Suite("What cannot be portable is refused, and where")
struct RefusalsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let source: String
        let refusal: Refusal
        let place: String

        init(_ source: String, _ refusal: Refusal, at place: String) {
            (self.source, self.refusal, self.place) = (source, refusal, place)
        }

        var testDescription: String { self.source }
    }

    static let declarations = [
        Case("@Portable struct S {}", .notAFunction, at: "@Portable"),
        Case("@Portable var x: Int { 1 }", .notAFunction, at: "@Portable"),
        Case("struct S { @Portable init() {} }", .notAFunction, at: "@Portable"),
        Case("struct S { @Portable static func + (a: S, b: S) -> S { a } }", .operatorFunction, at: "+"),
        Case("func g() { @Portable func f() {} }", .localFunction, at: "f"),
        Case("let g = { @Portable func f() {} }", .localFunction, at: "f"),
        Case("var g: Int { @Portable func f() {}; return 1 }", .localFunction, at: "f"),
        Case("func g() { enum E { @Portable static func f() {} } }", .localFunction, at: "f"),
        Case("protocol P { @Portable static func f() }", .requirement, at: "f"),
        Case("@Portable private func f() {}", .hidden(modifier: "private"), at: "private"),
        Case("@Portable fileprivate func f() {}", .hidden(modifier: "fileprivate"), at: "fileprivate"),
        Case(
            "private enum E { @Portable static func f() {} }",
            .insideOfHidden(type: "E", modifier: "private"),
            at: "f"
        ),
        Case(
            "fileprivate extension E { struct S { @Portable static func f() {} } }",
            .insideOfHidden(type: "E", modifier: "fileprivate"),
            at: "f"
        ),
        Case("struct S { @Portable func f() {} }", .instanceMethod, at: "f"),
        Case("extension S { @Portable func f() {} }", .instanceMethod, at: "f"),
        Case("actor A { @Portable func f() {} }", .instanceMethod, at: "f"),
        Case("struct S { @Portable mutating func f() {} }", .changesReceiver(modifier: "mutating"), at: "mutating"),
        Case("struct S { @Portable consuming func f() {} }", .changesReceiver(modifier: "consuming"), at: "consuming"),
        Case("class C { @Portable class func f() {} }", .classMethod, at: "class"),
        Case("@Portable @MainActor func f() {}", .isolated(actor: "MainActor"), at: "f"),
        Case("@MainActor enum E { @Portable static func f() {} }", .isolated(actor: "MainActor"), at: "f"),
    ]

    static let signatures = [
        Case("@Portable func f<T: Codable>(_ a: T) {}", .generic, at: "<T: Codable>"),
        Case("enum E<T> { @Portable static func f() where T == Int {} }", .generic, at: "where T == Int"),
        Case("@Portable func f() async {}", .asynchronous, at: "async"),
        Case(
            "@Portable func f(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int, _ f: Int, _ g: Int) {}",
            .tooManyParameters(count: 7),
            at: "_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int, _ f: Int, _ g: Int"
        ),
        Case("@Portable func f(_ a: Int...) {}", .variadic, at: "..."),
        Case("@Portable func f(_ a: inout Int) {}", .inoutParameter, at: "inout"),
        Case("@Portable func f(on a: isolated A) {}", .isolatedParameter, at: "isolated"),
        Case("@Portable func f(_ a: some Codable) {}", .opaque, at: "some Codable"),
        Case("@Portable func f() -> some Codable { 1 }", .opaque, at: "some Codable"),
        Case("@Portable func f(_ a: [any P]) {}", .existential(type: "any P"), at: "any P"),
        Case("@Portable func f() -> Any { 1 }", .existential(type: "Any"), at: "Any"),
        Case("@Portable func f(_ a: @escaping () -> Int) {}", .closureParameter, at: "() -> Int"),
        Case("@Portable func f(_ a: @autoclosure () -> Int) {}", .closureParameter, at: "() -> Int"),
        Case("@Portable func f(_ a: [String: (Int) -> Int]) {}", .closureParameter, at: "(Int) -> Int"),
        Case("@Portable func f() -> (@Sendable () -> Int)? { nil }", .closureResult, at: "() -> Int"),
        Case("@Portable func f(_ a: [(Int, Int)]) {}", .tupleParameter, at: "(Int, Int)"),
        Case("@Portable func f(_ a: ()) {}", .tupleParameter, at: "()"),
        Case("@Portable func f(_ a: Output) {}", .nameOfOutput, at: "Output"),
    ]

    @Test("A declaration that a worker cannot find or call", arguments: declarations)
    func declaration(_ refused: Case) {
        self.expectOne(refused)
    }

    @Test("A signature that cannot cross a process", arguments: signatures)
    func signature(_ refused: Case) {
        self.expectOne(refused)
    }

    private func expectOne(_ refused: Case) {
        let verdict = Verdict(of: refused.source)
        #expect(verdict.refusals.map(\.refusal) == [refused.refusal])
        #expect(verdict.refusals.first?.place == refused.place)
        #expect(!verdict.expanded.contains("__Portable"))
    }

    @Test("All that speaks against a function is said at once")
    func all() {
        let verdict = Verdict(
            of: "class C { @Portable private class func f(_ g: () -> Int) async rethrows -> Int { g() } }"
        )
        #expect(
            verdict.refusals.map(\.refusal)
                == [.hidden(modifier: "private"), .classMethod, .asynchronous, .rethrowing, .closureParameter]
        )
    }

    @Test("A class function can be made static by a click")
    func fixIt() {
        #expect(Verdict(of: "class C { @Portable class func f() {} }").fixed == ["static"])
    }

    @Test("What is allowed where it looks like what is not")
    func allowed() {
        for source in [
            "@Portable func f(_ a: (Int)) {}",
            "@Portable func f() -> (Int, Int) { (1, 2) }",
            "@Portable func f(_ a: Model.Output) {}",
            "@globalActor actor A { @Portable static func f() {} }",
            "enum E<T> { @Portable static func f() {} }",
            "@Portable func f(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int, _ f: Int) {}",
        ] {
            #expect(Verdict(of: source).refusals.map(\.refusal) == [], "\(source)")
        }
    }
}
