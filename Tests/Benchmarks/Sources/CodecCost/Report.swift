// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The table of what was measured.
final class Report {
    private var rows: [String] = []

    func add(
        _ what: String,
        _ time: Double,
        _ peer: String,
        _ peerTime: Double?,
        _ ratio: Double?,
        _ asked: String,
        _ isMet: Bool
    ) {
        let cells = [
            what, Self.text(time), peer, peerTime.map(Self.text) ?? "", ratio.map { String(format: "%.2f", $0) } ?? "",
            asked, isMet ? "met" : "**missed**",
        ]
        self.rows.append("| " + cells.joined(separator: " | ") + " |")
        print(self.rows[self.rows.count - 1])
    }

    private static func text(_ nanoseconds: Double) -> String {
        nanoseconds < 10_000
            ? String(format: "%.0f ns", nanoseconds) : String(format: "%.2f ms", nanoseconds / 1_000_000)
    }

    /// Writes the document, if it is asked for.
    func write(to path: String?) throws {
        guard let path else { return }
        let table = self.rows.joined(separator: "\n")
        try Self.document(table).write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static func document(_ table: String) -> String {
        """
        # What the codec costs

        This file is written by the command below, whatever comes out.

        ```
        cd Tests/Benchmarks
        swift run -c release codec-cost ../../docs/codec-performance.md
        ```

        Medians of several rounds, in which all take turns in one process; use the ratios. `.none` and `.sameBuild` are how far
        `BinaryCoder` trusts what it decodes: the first is safe whatever the bytes are. Both sides of a comparison with Foundation
        have the same `Codable` conformance, as the compiler makes it.

        | what | ours | beside | its time | ratio | asked | |
        |---|---|---|---|---|---|---|
        \(table)

        Encoding a task into a buffer that is kept takes no memory once warm: a hundred thousand tasks more make no allocation more,
        says a tool that counts them. (It cannot read the symbols that the compiler writes.)

        ```
        strip -o codec-cost-stripped .build/release/codec-cost
        valgrind ./codec-cost-stripped encode-task 1000       # total heap usage
        valgrind ./codec-cost-stripped encode-task 101000     # the same
        ```

        """
    }
}
