// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// The mean of a slice of the input, written to its place in the output.
struct SlicedMean: PortableTask {
    var input: SharedArray<Double>
    var output: SharedArray<Double>
    var slice: Range<Int>
    var index: Int

    func run() {
        let mean = self.input[self.slice]
            .withSpan { span in
                span.indices.reduce(0) { $0 + span[$1] } / Double(span.count)
            }
        self.output[self.index..<self.index + 1].withMutableSpan { $0[0] = mean }
    }
}

/// The sum of a row, written to an array of its own and in place of the row's first element.
struct RowSum: PortableTask {
    var row: SharedArray<Double>
    var sum: SharedArray<Double>

    func run() {
        let sum = self.row.reduce(0, +)
        self.sum.withMutableSpan { $0[0] = sum }
        self.row.withMutableSpan { $0[0] = sum }
    }
}

@Suite("The example of joblib's manual", .timeLimit(.minutes(1)))
struct ManualExampleTests {
    @Test("Slices of a file are averaged into another file", arguments: backends)
    func slidingMeans(_ backend: BackendSelection) throws {
        let scratch = try Scratch()
        var generator = SystemRandomNumberGenerator()
        let data = (0..<100_000).map { _ in Double.random(in: 0..<1, using: &generator) }
        let window = 500
        let slices = stride(from: 0, to: data.count - window, by: window).map { $0..<$0 + window }

        try dump(data, to: scratch.file("data.npy"))
        let input: SharedArray<Double> = try load(scratch.file("data.npy"), mmapMode: "r")
        let output = try SharedArray<Double>(
            contentsOf: scratch.file("output"),
            mode: "w+",
            shape: [slices.count]
        )
        _ = try Parallel(nJobs: 2, backend: backend)(
            slices.enumerated()
                .map { index, slice in
                    Delayed(SlicedMean(input: input, output: output, slice: slice, index: index))
                }
        )
        let expected = slices.map { data[$0].reduce(0, +) / Double(window) }
        #expect([Double](output) == expected)
        #expect(try contents(of: scratch.file("output")) == bytes(of: expected))
    }

    @Test(
        "Views of files that were dumped and loaded for writing are read and written to by workers",
        arguments: backends
    )
    func views(_ backend: BackendSelection) throws {
        let scratch = try Scratch()
        let table = try SharedArray((0..<60_000).map { Double($0) }, shape: [300, 200])
        try dump(table, to: scratch.file("table.npy"))
        try dump([Double](repeating: -1, count: 300), to: scratch.file("sums.npy"))
        let rows: SharedArray<Double> = try load(scratch.file("table.npy"), mmapMode: "r+")
        let sums: SharedArray<Double> = try load(scratch.file("sums.npy"), mmapMode: "r+")
        _ = try Parallel(nJobs: 2, backend: backend)(
            (0..<300).map { Delayed(RowSum(row: rows.row($0), sum: sums[$0..<$0 + 1])) }
        )
        let expected = (0..<300).map { row in (0..<200).reduce(0) { $0 + Double(row * 200 + $1) } }
        #expect([Double](sums) == expected)
        #expect([Double](rows.column(0)) == expected)
        // What was written is in the files.
        let written: SharedArray<Double> = try load(scratch.file("sums.npy"))
        #expect([Double](written) == expected)
        #expect(try load(scratch.file("table.npy"), as: Double.self)[299, 0] == expected[299])
    }
}
