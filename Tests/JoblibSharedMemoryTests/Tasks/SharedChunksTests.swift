// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("Shared arrays that are changed in chunks", .timeLimit(.minutes(1)))
struct SharedChunksTests {
    @Test(
        "forEachChunk hands each body its own part",
        arguments: [BackendSelection.threading, .multiprocessing],
        [nil, 1, 999, 10_000, .max] as [Int?]
    )
    func ownParts(_ backend: BackendSelection, _ length: Int?) throws {
        let array = try SharedArray<Int>(zeros: [10, 1000])
        let call = Parallel(nJobs: 2, backend: backend)
        try call.forEachChunk(of: array, length: length, Self.number)
        #expect([Int](array) == Array(0..<10_000))
        try call.forEachChunk(of: array[3...], length: length, Self.number)
        #expect([Int](array[3...]) == (0..<7000).map { 3000 + 2 * $0 })
        try call.forEachChunk(of: try SharedArray<Int>(zeros: 0), length: length) { _, _ in fatalError() }
    }

    @Test("So does its asynchronous twin", arguments: [BackendSelection.threading, .multiprocessing])
    func ownPartsAsynchronously(_ backend: BackendSelection) async throws {
        let array = try SharedArray<Int>(zeros: 10_000)
        try await Parallel(nJobs: 2, backend: backend).forEachChunk(of: array, Self.number)
        #expect([Int](array) == Array(0..<10_000))
    }

    /// Adds to each element its position.
    private static let number: @Sendable (inout MutableSpan<Int>, Range<Int>) -> Void = { span, range in
        precondition(span.count == range.count)
        for index in span.indices { span[index] += range.lowerBound + index }
    }

    @Test(
        "forEachChunk names the chunk that failed, and what the others wrote stays",
        arguments: [BackendSelection.threading, .multiprocessing]
    )
    func failingChunk(_ backend: BackendSelection) throws {
        struct Mishap: Error {}
        let array = try SharedArray<Int>(zeros: 10)
        let failure = #expect(throws: TaskFailure.self) {
            try Parallel(nJobs: 1, backend: backend)
                .forEachChunk(of: array, length: 3) { span, range in
                    if range.contains(7) { throw Mishap() }
                    span[0] = 1
                }
        }
        #expect(failure?.index == 2)
        #expect([Int](array) == [1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test("forEachChunk refuses what it cannot divide, and a backend that takes no closures, before it begins")
    func refusedChunks() throws {
        let array = try SharedArray<Int>(zeros: 10)
        let cases: [(SharedArray<Int>, Int?, String)] = [
            (array.readOnly, nil, "mode \"r\""), (array.strided(by: 2), nil, "has gaps"), (array, 0, "from 1 up"),
            (array, -5, "from 1 up"),
        ]
        for (array, length, reason) in cases {
            let error = #expect(throws: ParallelError.self) {
                try Parallel(nJobs: 2).forEachChunk(of: array, length: length) { _, _ in fatalError() }
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail.contains(reason) == true, "\(error?.detail ?? "")")
        }
        let error = #expect(throws: ParallelError.self) {
            try Parallel(nJobs: 2, backend: .loky).forEachChunk(of: array) { _, _ in fatalError() }
        }
        #expect(error?.code == .taskNotPortable)
    }
}
