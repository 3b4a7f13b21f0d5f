// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Synchronization
import Testing

enum Before {
    static func concurrentPerform() -> [Int] {
        var squares = [Int](repeating: 0, count: 1000)
        squares.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: each iteration writes an element of its own.
            nonisolated(unsafe) let results = buffer
            DispatchQueue.concurrentPerform(iterations: results.count) { index in
                results[index] = index * index
            }
        }
        return squares
    }

    static func taskGroup(_ names: [String]) async throws -> [Int] {
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            var lengths = [Int](repeating: 0, count: names.count)
            for (index, name) in names.enumerated() {
                if index >= 4, let (done, length) = try await group.next() { lengths[done] = length }
                group.addTask { (index, try await measure(name)) }
            }
            for try await (done, length) in group { lengths[done] = length }
            return lengths
        }
    }

    static func operationQueue(_ words: [String]) -> [String] {
        let results = Mutex<[Int: String]>([:])
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 4
        for (index, word) in words.enumerated() {
            queue.addOperation {
                let result = word.uppercased()
                results.withLock { $0[index] = result }
            }
        }
        queue.waitUntilAllOperationsAreFinished()
        return results.withLock { all in words.indices.compactMap { all[$0] } }
    }

    static func concurrencyKit(_ names: [String]) async throws -> [Int] {
        let lengths = try await names.concurrentMap { name in try await measure(name) }
        let even = try await lengths.concurrentCompactMap { length in length.isMultiple(of: 2) ? length : nil }
        return lengths + even
    }
}

enum After {
    static func concurrentPerform() throws -> [Int] {
        try Parallel(nJobs: -1).map(0..<1000) { index in index * index }
    }

    static func taskGroup(_ names: [String]) async throws -> [Int] {
        try await Parallel(nJobs: 4).map(names) { name in try await measure(name) }
    }

    static func operationQueue(_ words: [String]) throws -> [String] {
        try Parallel(nJobs: 4).map(words) { word in word.uppercased() }
    }

    static func concurrencyKit(_ names: [String]) async throws -> [Int] {
        let parallel = Parallel(nJobs: -1)
        let lengths = try await parallel.map(names) { name in try await measure(name) }
        let even = try await parallel.map(lengths) { length in length.isMultiple(of: 2) ? length : nil }
        return lengths + even.compactMap { $0 }
    }
}

/// What stands for a download.
private func measure(_ name: String) async throws -> Int {
    await Task.yield()
    return name.count
}

// A stand-in for CollectionConcurrencyKit, which is no dependency of this package: the two calls that are replaced.
extension Sequence where Element: Sendable {
    fileprivate func concurrentMap<T: Sendable>(
        _ transform: @escaping @Sendable (Element) async throws -> T
    ) async throws -> [T] {
        let tasks = self.map { element in Task { try await transform(element) } }
        var results: [T] = []
        for task in tasks {
            results.append(try await task.value)
        }
        return results
    }

    fileprivate func concurrentCompactMap<T: Sendable>(
        _ transform: @escaping @Sendable (Element) async throws -> T?
    ) async throws -> [T] {
        try await self.concurrentMap(transform).compactMap { $0 }
    }
}

@Suite("Coming from elsewhere", .timeLimit(.minutes(1)))
struct MigrationTests {
    private let words = (0..<50).map { String(repeating: "x", count: $0 % 7) }

    @Test("DispatchQueue.concurrentPerform")
    func concurrentPerform() throws {
        #expect(try After.concurrentPerform() == Before.concurrentPerform())
    }

    @Test("TaskGroup")
    func taskGroup() async throws {
        #expect(try await After.taskGroup(self.words) == Before.taskGroup(self.words))
    }

    @Test("OperationQueue")
    func operationQueue() throws {
        #expect(try After.operationQueue(self.words) == Before.operationQueue(self.words))
    }

    @Test("CollectionConcurrencyKit")
    func concurrencyKit() async throws {
        #expect(try await After.concurrencyKit(self.words) == Before.concurrencyKit(self.words))
    }
}
