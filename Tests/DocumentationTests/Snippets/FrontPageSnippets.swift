// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Testing

private enum FrontPage {
    static func firstLoop() throws -> [Double] {
        let roots = try Parallel(nJobs: 2)((0..<10).map { delayed(sqrt)(Double($0 * $0)) })
        return roots
    }

    static func scope(_ someoneElsesLibrary: () throws -> Int) throws -> Int {
        try parallelConfig(backend: "threading", nJobs: 8) { try someoneElsesLibrary() }
    }

    static func lines(_ tasks: [Delayed<Int>]) throws -> Int {
        let call = Parallel(nJobs: -1)  // every CPU this process may use
        let squares = try call.map(0..<1_000) { $0 * $0 }  // closures: the fastest form
        let roots = try call((0..<10).map { delayed(sqrt)(Double($0)) })  // joblib's form
        let stream = try call(tasks, returnAs: .generator)  // results meanwhile: `try stream.next()`
        let outcomes = try call.results(tasks)  // a Result for each, whatever fails
        return squares.count + roots.count + (try stream.next() ?? 0) + outcomes.count
    }

    static func asynchronousLine(_ call: Parallel, _ urls: [String]) async throws -> [Int] {
        let sizes = try await call.map(urls) { try await download($0) }  // asynchronous bodies, at most nJobs at once
        return sizes
    }

    private static func download(_ url: String) async throws -> Int {
        await Task.yield()
        return url.count
    }
}

@Suite("The front page", .timeLimit(.minutes(1)))
struct FrontPageTests {
    @Test("Its lines run")
    func lines() async throws {
        func synchronous() throws -> Int {
            #expect(try FrontPage.firstLoop() == (0..<10).map(Double.init))
            #expect(try FrontPage.scope { try effectiveNJobs(nil) } == 8)
            return try FrontPage.lines((1...5).map { number in delayed { number } })
        }
        #expect(try synchronous() == 1000 + 10 + 1 + 5)
        #expect(try await FrontPage.asynchronousLine(Parallel(nJobs: 2), ["a", "bc"]) == [1, 2])
    }
}
