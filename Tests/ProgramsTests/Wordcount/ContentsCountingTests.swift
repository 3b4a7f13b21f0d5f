// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import WordCount

@Suite("Tasks that carry what they count")
struct ContentsCountingTests {
    private func count(_ task: ContentsCounting) throws -> PieceCount {
        guard case .counted(let part) = try task.run().result else { throw SystemError.notAFile }
        return part
    }

    @Test(
        "A file cut into parts that travel counts as a whole, wherever the cuts fall",
        arguments: [1, 2, 3, 5, 16, 100]
    )
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
                    let task = ContentsCounting(reading: piece, of: path, status: status, table: table)
                    joined.append(try self.count(task))
                }
                #expect(joined == whole)
            }
        }
    }

    @Test("A file that has grown since it was found is counted to its end, one that has shrunk to where that is now")
    func changes() throws {
        let directory = try TemporaryDirectory()
        try directory.write("one two".utf8, to: "file")
        let path = FilePath(directory.path("file"))
        let status = try SystemCall.status(path)
        let pieces = FilePiece.pieces(of: 0, status: status, size: 4)
        func words() throws -> Count {
            var joined = PieceCount()
            for piece in pieces {
                let task = ContentsCounting(reading: piece, of: path, status: status, table: CharacterTable(.c))
                joined.append(try self.count(task))
            }
            return joined.count
        }
        try directory.write("one two three\n".utf8, to: "file")
        #expect(try words() == Count(lines: 1, words: 3, bytes: 14))
        try directory.write("on".utf8, to: "file")
        #expect(try words() == Count(lines: 0, words: 1, bytes: 2))
    }

    @Test("What cannot be read is told of by the task, and what is no file cannot")
    func failures() throws {
        let directory = try TemporaryDirectory()
        try directory.write("x".utf8, to: "gone")
        let status = try SystemCall.status(FilePath(directory.path("gone")))
        let cases = [
            (FilePath(directory.path("missing")), status),
            (FilePath("/dev/zero"), try SystemCall.status(FilePath("/dev/zero"))),
        ]
        for (path, status) in cases {
            let piece = FilePiece(file: 0, start: 0)
            let task = ContentsCounting(reading: piece, of: path, status: status, table: CharacterTable(.c))
            guard case .failed = try task.run().result else {
                Issue.record("\(path.description) could be read")
                continue
            }
        }
    }
}
