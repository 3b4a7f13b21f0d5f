// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// What following a loop costs that runs about a million tasks a second.
@main
enum ProgressCost {
    static func main() throws {
        let count = 250_000
        let spins = self.spins(nanoseconds: 2000)
        let body = { @Sendable (_: Int) in Self.spin(spins) }
        let lazily = { (call: Parallel) in
            _ = try call((0..<count).lazy.map { number in delayed { body(number) } })
        }
        try self.withTerminalAsStandardError {
            let (plain, bar) = (Parallel(nJobs: 2), Parallel(nJobs: 2, progress: .bar))
            try Measurement(
                title: "tasks of 2 µs on two jobs, ns each",
                units: count,
                contenders: [
                    .init(name: "`map`, `progress: .bar` on a terminal") { try bar.forEach(0..<count, body) },
                    .init(name: "`map`") { try plain.forEach(0..<count, body) },
                ]
            )
            .report(rounds: 15)
            try Measurement(
                title: "the same, read lazily",
                units: count,
                contenders: [
                    .init(name: "`progress: .bar` on a terminal") { try lazily(bar) },
                    .init(name: "nothing shown") { try lazily(plain) },
                ]
            )
            .report(rounds: 15)
        }
        let observed = Parallel(nJobs: 2, progress: .observer { _ in })
        try Measurement(
            title: "the same, with an observer that does nothing",
            units: count,
            contenders: [
                .init(name: "`map`, `progress: .observer`, three events a task") {
                    try observed.forEach(0..<count, body)
                },
                .init(name: "`map`") { try Parallel(nJobs: 2).forEach(0..<count, body) },
            ]
        )
        .report(rounds: 15)
    }

    @inline(never)
    private static func spin(_ spins: Int) {
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<spins {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
        }
        // So that the compiler keeps the loop.
        if state == 0 { print(state) }
    }

    /// How often `spin` goes round in a time.
    private static func spins(nanoseconds: Double) -> Int {
        let trial = 20_000_000
        let duration = ContinuousClock().measure { self.spin(trial) }
        return Int(Double(trial) * nanoseconds / (duration / .nanoseconds(1)))
    }

    /// Gives the program a terminal as its standard error, and reads what comes out of it.
    private static func withTerminalAsStandardError(_ body: () throws -> Void) throws {
        var (parent, child): (Int32, Int32) = (-1, -1)
        guard openpty(&parent, &child, nil, nil, nil) == 0 else { return print("no pseudo-terminal: not measured") }
        let standardError = dup(2)
        dup2(child, 2)
        close(child)
        // Otherwise the terminal is full after 4 KiB, and the bar stops.
        var thread = pthread_t()
        let descriptor = UnsafeMutableRawPointer(bitPattern: Int(parent))
        pthread_create(&thread, nil, drainTerminal, descriptor)
        defer {
            dup2(standardError, 2)
            close(standardError)
            pthread_join(thread, nil)
        }
        try body()
    }
}

private func drainTerminal(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let descriptor = Int32(Int(bitPattern: argument))
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(descriptor, &buffer, buffer.count) > 0 {}
    close(descriptor)
    return nil
}
