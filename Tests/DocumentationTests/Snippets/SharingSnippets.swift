// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib

extension Snippet {
    static let sharing = [
        Snippet("sharedInput", sharedInput),
        Snippet("plainArrays", plainArrays),
        Snippet("sharedOutput", sharedOutput),
        Snippet("sharedChunks", sharedChunks),
        Snippet("sharedViews", sharedViews),
        Snippet("slicedMeans") { try withFolder(slicedMeans) },
    ]
}

struct PartialSum: PortableTask {
    var numbers: SharedArray<Double>

    func run() -> Double {
        self.numbers.withSpan { span in span.indices.reduce(0) { $0 + span[$1] } }
    }
}

private func sharedInput() throws {
    let numbers = try SharedArray((1...1_000_000).map { Double($0) })
    let quarters = (0..<4).map { numbers[$0 * 250_000..<($0 + 1) * 250_000] }
    let sums = try Parallel(nJobs: 2, backend: "loky")(quarters.map { Delayed(PartialSum(numbers: $0)) })
    print(sums.reduce(0, +))
}

struct PlainSum: PortableTask {
    var numbers: [Double]
    var power: Int

    func run() -> Double {
        self.numbers.reduce(0) { sum, number in sum + (0..<self.power).reduce(1) { product, _ in product * number } }
    }
}

private func plainArrays() throws {
    let plain = [Double](repeating: 2, count: 250_000)
    let powers = try Parallel(nJobs: 2, backend: "loky", maxNBytes: "1M")(
        (1...4).map { Delayed(PlainSum(numbers: plain, power: $0)) }
    )
    print(powers)
}

private func sharedOutput() throws {
    let squares = try SharedArray<Int>(zeros: 10_000)
    try Parallel(nJobs: 2, backend: "multiprocessing")
        .forEachChunk(of: squares) { span, range in
            for (offset, index) in range.enumerated() { span[offset] = index * index }
        }
    print(squares[9_999])
}

struct Square: PortableTask {
    var chunk: SharedArray<Int>.Chunk

    func run() {
        self.chunk.withMutableSpan { span in
            for (offset, index) in self.chunk.range.enumerated() { span[offset] = index * index }
        }
    }
}

private func sharedChunks() throws {
    let squares = try SharedArray<Int>(zeros: 10_000)
    _ = try Parallel(nJobs: 2, backend: "loky")(squares.chunks(of: 1_000).map { Delayed(Square(chunk: $0)) })
    print(squares[9_999])
}

private func sharedViews() throws {
    let table = try SharedArray(Array(0..<12), shape: [3, 4])
    print(table[2, 3], Array(table.row(1)), Array(table.column(1)))
    print(Array(table.strided(by: 2)))
    print(table[1...].shape)
}

struct SlicedMean: PortableTask {
    var data: SharedArray<Double>
    var means: SharedArray<Double>
    var slice: Range<Int>
    var index: Int

    func run() {
        let sum = self.data[self.slice].withSpan { span in span.indices.reduce(0) { $0 + span[$1] } }
        self.means[self.index...self.index].withMutableSpan { $0[0] = sum / Double(self.slice.count) }
    }
}

private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
}

private func slicedMeans(_ folder: String) throws {
    try dump((0..<1_000).map { Double($0) }, to: "\(folder)/data.npy")
    let data = try load("\(folder)/data.npy", as: Double.self, mmapMode: "r")
    let means = try SharedArray<Double>(contentsOf: "\(folder)/means", mode: "w+", shape: [4])
    let slices = (0..<4).map { $0 * 250..<($0 + 1) * 250 }
    _ = try Parallel(nJobs: 2, backend: "loky")(
        slices.indices.map { Delayed(SlicedMean(data: data, means: means, slice: slices[$0], index: $0)) }
    )
    print(Array(means))
}
