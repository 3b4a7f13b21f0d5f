// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibWire

/// What the codec costs, beside Foundation's and beside a copy of memory.
@main
enum CodecCost {
    static func main() throws {
        if CommandLine.arguments.count > 2 {
            return try self.repeatWork(CommandLine.arguments[1], Int(CommandLine.arguments[2]) ?? 1)
        }
        let report = Report()
        try self.lists(report)
        try self.numbers(report)
        try self.tasks(report)
        try report.write(to: CommandLine.arguments.dropFirst().first)
    }

    private static let coders = [
        ("`.none`", BinaryCoder()), ("`.sameBuild`", BinaryCoder(trust: .sameBuild)),
    ]

    // MARK: - Lists of structs

    private static func lists(_ report: Report) throws {
        try self.list(Particle.many(100_000), "10⁵ structs of numbers", report)
        try self.list(City.many(100_000), "10⁵ structs with strings", report)
    }

    private static func list<T: Codable & Equatable>(_ values: [T], _ title: String, _ report: Report) throws {
        let (json, jsonDecoder) = (JSONEncoder(), JSONDecoder())
        let (plist, plistDecoder) = (PropertyListEncoder(), PropertyListDecoder())
        plist.outputFormat = .binary
        let (jsonData, plistData) = (try json.encode(values), try plist.encode(values))
        let bytes = try self.coders.map { try $0.1.encode(values) }
        for (coder, bytes) in zip(self.coders, bytes) {
            guard try coder.1.decode([T].self, from: bytes) == values else { fatalError("\(title): another value") }
        }
        let timing = Timing(rounds: 7)
        let encoding = try timing.medians(
            self.coders.map { _, coder in .init("") { keep(try coder.encode(values)) } } + [
                .init("") { keep(try json.encode(values)) }, .init("") { keep(try plist.encode(values)) },
            ]
        )
        let decoding = try timing.medians(
            zip(self.coders, bytes)
                .map { coder, bytes in .init("") { keep(try coder.1.decode([T].self, from: bytes)) } } + [
                    .init("") { keep(try jsonDecoder.decode([T].self, from: jsonData)) },
                    .init("") { keep(try plistDecoder.decode([T].self, from: plistData)) },
                ]
        )
        for (way, times) in [("encode", encoding), ("decode", decoding)] {
            for (index, coder) in self.coders.enumerated() {
                for (peer, time) in [("JSON", times[2]), ("binary property list", times[3])] {
                    let ratio = time / times[index]
                    report.add(
                        "\(way) \(title), \(coder.0)",
                        times[index],
                        peer,
                        time,
                        ratio,
                        "at least 5 times as fast",
                        ratio >= 5
                    )
                }
            }
        }
    }

    // MARK: - Numbers

    private static func numbers(_ report: Report) throws {
        let numbers = (0..<1_000_000).map { Double($0) / 3 }
        let copy = Timing.Contender("") { keep(self.copiedBytes(numbers)) }
        for (name, coder) in self.coders {
            let bytes = try coder.encode(numbers)
            // From the same bytes, so that the cache has as much of them.
            let copyBack = Timing.Contender("") { keep(self.copiedNumbers(bytes, numbers.count)) }
            let times = try Timing(rounds: 51)
                .medians([
                    .init("") { keep(try coder.encode(numbers)) }, copy,
                    .init("") { keep(try coder.decode([Double].self, from: bytes)) }, copyBack,
                ])
            for (way, ours, memcpy) in [("encode", times[0], times[1]), ("decode", times[2], times[3])] {
                let ratio = ours / memcpy
                report.add(
                    "\(way) 10⁶ `Double`, \(name)",
                    ours,
                    "memcpy into a new array",
                    memcpy,
                    ratio,
                    "at most 1.2 times",
                    ratio <= 1.2
                )
            }
        }
    }

    private static func copiedBytes(_ numbers: [Double]) -> [UInt8] {
        numbers.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
                memcpy(target.baseAddress!, source.baseAddress!, source.count)
                count = source.count
            }
        }
    }

    private static func copiedNumbers(_ bytes: [UInt8], _ count: Int) -> [Double] {
        bytes.withUnsafeBytes { source in
            [Double](unsafeUninitializedCapacity: count) { target, initializedCount in
                memcpy(target.baseAddress!, source.baseAddress!, count * MemoryLayout<Double>.stride)
                initializedCount = count
            }
        }
    }

    // MARK: - A task

    private static func tasks(_ report: Report) throws {
        let task = Sum(left: 12_345, right: -7)
        for (name, coder) in self.coders {
            let bytes = try coder.encode(task)
            var buffer: [UInt8] = []
            buffer.reserveCapacity(4096)
            let times = try Timing(rounds: 21)
                .medians([
                    .init("", repetitions: 20_000) {
                        buffer.removeAll(keepingCapacity: true)
                        try coder.encode(task, into: &buffer)
                    },
                    .init("", repetitions: 20_000) { keep(try coder.encode(task)) },
                    .init("", repetitions: 20_000) { keep(try coder.decode(Sum.self, from: bytes)) },
                ])
            let ways = [
                "encode a task of two integers into a buffer that is kept", "encode it into new bytes", "decode it",
            ]
            for (way, time) in zip(ways, times) {
                report.add("\(way), \(name)", time, "", nil, nil, "at most 100 ns", time <= 100)
            }
        }
    }

    /// Does the same again and again: what there is for tools that profile, or count allocations.
    private static func repeatWork(_ name: String, _ count: Int) throws {
        let coder = BinaryCoder()
        var buffer: [UInt8] = []
        buffer.reserveCapacity(4096)
        let cities = City.many(1000)
        let (task, list) = (try coder.encode(Sum(left: 1, right: 2)), try coder.encode(cities))
        for number in 0..<count {
            buffer.removeAll(keepingCapacity: true)
            switch name {
            case "encode-task": try coder.encode(Sum(left: number, right: -number), into: &buffer)
            case "decode-task": keep(try coder.decode(Sum.self, from: task))
            case "encode-list": keep(try coder.encode(cities))
            case "decode-list": keep(try coder.decode([City].self, from: list))
            default: fatalError("no work is called '\(name)'")
            }
        }
    }
}
