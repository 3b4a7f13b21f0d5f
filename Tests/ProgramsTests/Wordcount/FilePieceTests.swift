// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import WordCount

@Suite("Parts of a file")
struct FilePieceTests {
    @Test("A file cut into parts counts as a whole, wherever the cuts fall", arguments: [1, 2, 3, 5, 16, 100])
    func cuts(size: Int) throws {
        let directory = try TemporaryDirectory()
        for seed in 1...5 as ClosedRange<UInt64> {
            try directory.write(TrickyFiles.noise(seed: seed, count: 257), to: "noise")
            let path = FilePath(directory.path("noise"))
            let status = try SystemCall.status(path)
            for table in WordCounterTests.tables {
                let whole = try FilePiece(file: 0, start: 0)
                    .count(path, status: status, table: table, isCancelled: { false })
                var joined = PieceCount()
                for piece in FilePiece.pieces(of: 0, status: status, size: size) {
                    joined.append(try piece.count(path, status: status, table: table, isCancelled: { false }))
                }
                #expect(joined == whole)
                #expect(whole.count.bytes == 257)
            }
        }
    }

    @Test("A cancelled part stops")
    func cancellation() throws {
        let path = FilePath("/dev/null")
        let status = try SystemCall.status(path)
        #expect(throws: CancellationError.self) {
            try FilePiece(file: 0, start: 0)
                .count(path, status: status, table: CharacterTable(.c), isCancelled: { true })
        }
    }
}
