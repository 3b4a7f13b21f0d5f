// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibMacros

// Functions in places, and with signatures, that are rare.

struct Box<Content: Sendable> {
    @Portable
    static func widened(_ size: Int) -> Int { size + MemoryLayout<Content>.size }
}

extension [Int] {
    @Portable
    static func total(_ values: [Int]) -> Int { values.reduce(0, +) }
}

extension Int {
    @Portable
    static func doubled(_ value: Self = Self.max / 2) -> Self { value * 2 }
}

class Base {
    @Portable
    static func made(_ value: Int) -> Int { value }
}

final class Derived: Base {}

actor Station {
    @Portable
    static func frequency(_ value: Int) -> Int { value }
}

enum Mode: Codable {
    case slow
    case fast

    static func best() -> Mode { .fast }

    @Portable
    static func `default`(_ modes: [String: Mode?], or mode: Mode = .best()) throws -> (Mode, Int) {
        (mode, modes.count)
    }
}

@Portable
func stopped() throws -> Never { throw Refused(value: 0) }

@Portable
func described(_ values: [Int] = [], _ text: String? = nil, mode: Mode = .slow, set: Set<Int> = Set([1])) -> Int {
    values.count + set.count
}

// One of the name is portable, the others are not.

@Portable
func overloaded(_ value: Int) -> Int { value }

func overloaded(_ value: String) -> String { value }
