// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibMacros

struct Refused: Error, Codable, Equatable {
    let value: Int
}

@Portable
func convolve(_ size: Int, seed: UInt64 = 0) throws -> [Double] {
    guard size >= 0 else { throw Refused(value: size) }
    return (0..<size).map { Double($0) + Double(seed) }
}

@Portable
func answer() -> Int { 42 }

@Portable
func check(_ value: Int) throws { if value > 100 { throw Refused(value: value) } }

@Portable
func typed(_ value: Int) throws(Refused) -> Int {
    if value > 100 { throw Refused(value: value) }
    return value
}

@Portable
func divide(_ dividend: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
    dividend.quotientAndRemainder(dividingBy: divisor)
}

@Portable
func sum(_ a: Int, _ b: Int, c: Int, d: Int = 4, e: Int = 5, for f: Int = 6) -> Int { a + b + c + d + e + f }

/// What is in the type of a parameter and of the output is the user's.
struct Point: Codable, Sendable, Equatable {
    var x = 0.0
    var y = 0.0

    @Portable
    static func mirrored(_ point: Self, through centre: Self = Self(x: 0, y: 0)) -> Self {
        Self(x: 2 * centre.x - point.x, y: 2 * centre.y - point.y)
    }

    enum Axis {
        static let standard = 1.0

        @Portable
        static func scaled(_ point: Point?, factor: Double = standard) -> Point? {
            point.map { Point(x: $0.x * factor, y: $0.y) }
        }
    }
}

extension Point.Axis {
    @Portable
    static func distance(_ point: Point) -> Double { (point.x * point.x + point.y * point.y).squareRoot() }
}

final class Counter {
    @Portable
    static func count(upTo end: Int) -> [Int] { Array(0..<end) }
}

@MainActor
enum Screen {
    @Portable
    nonisolated static func brightness(_ value: Int) -> Int { value * 2 }
}

// Names that mean something else inside of the task.

let limit = 7

@Portable
func run(_ run: Int) -> Int { run + 1 }

@Portable
func size(size: Int, limit: Int = limit) -> Int { size + limit }

@Portable
func `repeat`(for: Int, _: Int, in text: String) -> String { String(repeating: text, count: `for`) }

@available(*, deprecated, message: "there to be used")
@Portable
func old(_ value: consuming [Int]) -> Int! { value.first }

@discardableResult @Portable
nonisolated func logged(_ value: Int, line: Int = #line) -> Int { value }
