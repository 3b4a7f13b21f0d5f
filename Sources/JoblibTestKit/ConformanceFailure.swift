// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Why a case did not pass.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// What was found, and what was expected.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless a condition holds.
func require(_ condition: Bool, _ finding: @autoclosure () -> String) throws {
    if !condition { throw ConformanceFailure(finding()) }
}

/// Throws unless two values are equal.
func requireEqual<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws {
    try require(found == expected, "\(what): found \(excerpt(found)), expected \(excerpt(expected))")
}

/// Throws unless a closure throws an error of a type, and returns that error.
func requireThrows<E: Error, R>(_ type: E.Type, _ what: String, _ body: () throws -> R) throws -> E {
    do {
        _ = try body()
    } catch let error as E {
        return error
    } catch {
        throw ConformanceFailure("\(what): threw \(excerpt(error)), expected a \(type)")
    }
    throw ConformanceFailure("\(what): threw nothing, expected a \(type)")
}

private func excerpt(_ value: Any) -> String {
    let text = "\(value)"
    return text.count > 300 ? "\(text.prefix(300))…" : text
}
