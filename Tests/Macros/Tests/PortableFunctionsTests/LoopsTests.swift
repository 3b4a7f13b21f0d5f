// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import PortableFunctions
import Testing

@Suite("Portable tasks in a loop", .serialized, .timeLimit(.minutes(1)))
struct LoopsTests {
    static let backends: [BackendSelection] = [.threading, .multiprocessing]

    @Test("Outputs are those of the function, in order", arguments: backends)
    func outputs(_ backend: BackendSelection) throws {
        let call = Parallel(nJobs: 2, backend: backend)
        let sizes = Array(0..<20)
        #expect(try call(sizes.map { delayed(convolve)($0, 1) }) == sizes.map { try convolve($0, seed: 1) })
        #expect(try call(sizes.map { _ in delayed(answer)() }) == sizes.map { _ in 42 })
        #expect(try call(sizes.map { delayed(sum)($0, 1, 1, 1, 1, 1) }) == sizes.map { $0 + 5 })
        #expect(try call(sizes.map { delayed(Counter.count)($0) }) == sizes.map { Array(0..<$0) })
        #expect(try call(sizes.map { delayed(scaled)([Double($0)], 3) }) == sizes.map { [Double($0) * 3] })
        let points = sizes.map { Point(x: Double($0), y: 1) }
        #expect(
            try call(points.map { delayed(Point.mirrored)($0, Point()) }) == points.map { Point(x: -$0.x, y: -1) }
        )
    }

    @Test("A tuple comes back, and so does nothing", arguments: backends)
    func plainBytes(_ backend: BackendSelection) throws {
        let call = Parallel(nJobs: 2, backend: backend)
        let quotients = try call((0..<20).map { delayed(divide)($0, 7) })
        #expect(quotients.map(\.quotient) == (0..<20).map { $0 / 7 })
        #expect(quotients.map(\.remainder) == (0..<20).map { $0 % 7 })
        #expect(try call((0..<20).map { delayed(check)($0) }).count == 20)
    }

    @Test("A failure has the arguments, and the error as it was thrown", arguments: backends)
    func failure(_ backend: BackendSelection) throws {
        let call = Parallel(nJobs: 2, backend: backend)
        let failure = try #require(throws: TaskFailure.self) {
            try call([1, 2, 300].map { delayed(check)($0) })
        }
        #expect(failure.index == 2)
        #expect(failure.arguments.contains("300"))
        #expect(failure.underlyingError as? Refused == Refused(value: 300))
    }
}
