// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import JoblibCore

struct Square: PortableTask {
    var number: Int
    func run() throws -> Int { self.number &* self.number }
}

struct Label: PortableTask {
    var number: Int
    func run() throws -> String { "no. \(self.number)" }
}

struct Mishap: Error, Codable, Equatable {
    var number: Int
}

struct PlainMishap: Error {}

/// Throws for some numbers.
struct Failing: PortableTask {
    enum Way: Codable { case codable, plain }
    var number: Int
    var failing: Set<Int>
    var way = Way.codable

    func run() throws -> Int {
        guard self.failing.contains(self.number) else { return self.number }
        switch self.way {
        case .codable: throw Mishap(number: self.number)
        case .plain: throw PlainMishap()
        }
    }
}

/// Fails until a given attempt.
struct Eventual: PortableTask {
    var number: Int
    var attempts: Int

    func run() throws -> [Int] {
        let attempt = TaskContext.current?.attempt ?? 0
        guard attempt >= self.attempts else { throw Mishap(number: attempt) }
        return [self.number, attempt, TaskContext.current?.index ?? -1]
    }
}

struct Random: PortableTask {
    func run() throws -> UInt64 {
        TaskContext.current?.randomNumberGenerator.next() ?? 0
    }
}

struct Nested: PortableTask {
    var rows: Int
    func run() throws -> [Int] {
        let rows = self.rows
        return try Parallel(nJobs: 4)((0..<rows).map { row in delayed { row * rows } })
    }
}

struct Endless: PortableTask {
    var number: Int
    func run() throws -> Int {
        while self.number == 1 { usleep(1000) }
        return self.number
    }
}

struct UnencodableTask: PortableTask {
    var number: Int
    init(_ number: Int) { self.number = number }
    init(from decoder: any Decoder) throws { self.number = try decoder.singleValueContainer().decode(Int.self) }
    func encode(to encoder: any Encoder) throws {
        if self.number == 2 { throw Mishap(number: self.number) }
        var container = encoder.singleValueContainer()
        try container.encode(self.number)
    }
    func run() throws -> Int { self.number }
}

struct UndecodableTask: PortableTask {
    var number: Int
    init(_ number: Int) { self.number = number }
    init(from decoder: any Decoder) throws {
        self.number = try decoder.singleValueContainer().decode(Int.self)
        if self.number == 2 { throw Mishap(number: self.number) }
    }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.number)
    }
    func run() throws -> Int { self.number }
}

struct Pair<Element: Codable & Sendable>: PortableTask {
    var first: Element
    func run() throws -> [Element] { [self.first, self.first] }
}

private struct Secret: PortableTask {
    func run() throws -> Int { 1 }
}

private struct SecretValue: Codable, Sendable {}

enum Hidden {
    static var task: Delayed<Int> { Delayed(Secret()) }
    static var generic: Delayed<Int> { Delayed(Count(values: [SecretValue()])) }
}

struct Count<Element: Codable & Sendable>: PortableTask {
    var values: [Element]
    func run() throws -> Int { self.values.count }
}
