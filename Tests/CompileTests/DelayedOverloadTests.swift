// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Testing

/// That these compile is half of what they test: overloads are easily made ambiguous.
@Suite("Calls of delayed", .timeLimit(.minutes(1)))
struct DelayedOverloadTests {
    @Test("take an overloaded function of the library")
    func libraryFunction() throws {
        let roots = try Parallel(nJobs: 2)((0..<10).map { delayed(sqrt)(Double($0 * $0)) })
        #expect(roots == (0..<10).map(Double.init))
    }

    @Test("choose among overloaded functions by the argument")
    func overloadedFunction() throws {
        #expect(try Parallel(nJobs: 2)([delayed(describe)(1)]) == ["Int 1"])
        #expect(try Parallel(nJobs: 2)([delayed(describe)("one")]) == ["String one"])
    }

    @Test("take generic functions, initialisers, methods and operators")
    func otherFunctions() throws {
        let parallel = Parallel(nJobs: 2)
        #expect(try parallel([delayed(max)(1, 2), delayed(min)(1, 2)]) == [2, 1])
        #expect(try parallel([delayed(String.init(describing:))(1)]) == ["1"])
        #expect(try parallel([delayed("abc".hasPrefix)("ab")]) == [true])
        #expect(try parallel([delayed(+)(1, 2), delayed(*)(3, 4)]) == [3, 12])
    }

    @Test("take closures, with and without arguments")
    func closures() throws {
        let offset = 1
        #expect(try Parallel(nJobs: 2)((0..<3).map { index in delayed { index + offset } }) == [1, 2, 3])
        #expect(try Parallel(nJobs: 2)((0..<3).map { delayed { (index: Int) in index + offset }($0) }) == [1, 2, 3])
        #expect(try Parallel(nJobs: 2)((0..<3).map { delayed { $0 + offset }($0) }) == [1, 2, 3])
        #expect(try Parallel(nJobs: 2)((0..<3).map { delayed { $0 + $1 }($0, 1) }) == [1, 2, 3])
        let statements = (0..<3)
            .map { index in
                delayed {
                    let sum = index + offset
                    return sum
                }
            }
        #expect(try Parallel(nJobs: 2)(statements) == [1, 2, 3])
    }

    @Test("take up to six arguments")
    func arities() throws {
        let tasks = [
            delayed(digits0), delayed(digits1)(1), delayed(digits2)(1, 2), delayed(digits3)(1, 2, 3),
            delayed(digits4)(1, 2, 3, 4), delayed(digits5)(1, 2, 3, 4, 5), delayed(digits6)(1, 2, 3, 4, 5, 6),
        ]
        #expect(try Parallel(nJobs: 2)(tasks) == [0, 1, 12, 123, 1234, 12345, 123456])
    }

    @Test("take functions that throw and functions that return nothing")
    func effects() throws {
        #expect(try Parallel(nJobs: 2)([delayed(parse)("7")]) == [7])
        #expect(throws: TaskFailure.self) { try Parallel(nJobs: 2)([delayed(parse)("x")]) }
        #expect(try Parallel(nJobs: 2)((0..<3).map { delayed(ignore)($0) }).count == 3)
    }

    @Test("choose the portable twin of a function that has one")
    func portableTwin() throws {
        #expect(try Parallel(nJobs: 2)([delayed(doubled)(1)]) == [-2])
        #expect(try Parallel(nJobs: 2)([delayed(scaled)(1, 3)]) == [-3])
        #expect(doubled(1) == 2)
        #expect(scaled(1, 3) == 3)
    }
}

private func describe(_ value: Int) -> String { "Int \(value)" }

private func describe(_ value: String) -> String { "String \(value)" }

private func ignore(_ value: Int) {}

private struct NotANumber: Error {}

private func parse(_ text: String) throws -> Int {
    guard let number = Int(text) else { throw NotANumber() }
    return number
}

// MARK: - Arities

private func digits0() -> Int { 0 }

private func digits1(_ a: Int) -> Int { a }

private func digits2(_ a: Int, _ b: Int) -> Int { digits1(a) * 10 + b }

private func digits3(_ a: Int, _ b: Int, _ c: Int) -> Int { digits2(a, b) * 10 + c }

private func digits4(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Int { digits3(a, b, c) * 10 + d }

private func digits5(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int) -> Int { digits4(a, b, c, d) * 10 + e }

private func digits6(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int, _ f: Int) -> Int {
    digits5(a, b, c, d, e) * 10 + f
}

// MARK: - Twins

// What `@Portable` is going to emit, with another result, so that a test sees which of the two was called.

private func doubled(_ value: Int) -> Int { value * 2 }

@_disfavoredOverload
private func doubled(_ value: Int) -> Delayed<Int> { delayed { -doubled(value) } }

private func scaled(_ value: Int, _ factor: Int) -> Int { value * factor }

@_disfavoredOverload
private func scaled(_ value: Int, _ factor: Int) -> Delayed<Int> { delayed { -scaled(value, factor) } }
