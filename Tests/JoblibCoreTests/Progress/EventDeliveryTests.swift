// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCore

@Suite(.timeLimit(.minutes(1)))
struct EventDeliveryTests {
    @Test("Events arrive in the order in which they were emitted")
    func order() {
        let log = Log()
        let sink = EventDelivery(log.append)
        for index in 0..<100 { sink.add(.fixture(index)) }
        sink.waitUntilDelivered()
        #expect(log.indices == Array(0..<100))
    }

    @Test("Of many threads each has its events delivered in order, all of them, one at a time")
    func serial() async throws {
        let log = Log()
        let inside = Atomic<Int>(0)
        let overlaps = Counter()
        let sink = EventDelivery<ParallelEvent> { event in
            if inside.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue != 1 { overlaps.increase() }
            log.append(event)
            inside.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        }
        let each = 2000
        try await onThreads(4) { number in
            for position in 0..<each { sink.add(.fixture(number * each + position)) }
        }
        // Whoever waits may give up on a busy machine; nothing is lost by that.
        while log.indices.count < 4 * each { sink.waitUntilDelivered() }
        #expect(overlaps.value == 0)
        let indices = log.indices
        let isComplete = indices.sorted() == Array(0..<4 * each)
        #expect(isComplete)
        for number in 0..<4 {
            let own = indices.filter { $0 / each == number }
            #expect(own == own.sorted())
        }
    }

    @Test("What an observer emits itself comes after the event at hand, not inside of it")
    func reentrance() {
        let log = Log()
        let depth = Atomic<Int>(0)
        let reference = Mutex<EventDelivery<ParallelEvent>?>(nil)
        let sink = EventDelivery<ParallelEvent> { event in
            #expect(depth.wrappingAdd(1, ordering: .relaxed).newValue == 1)
            log.append(event)
            if let index = event.index, index < 3 { reference.withLock { $0 }?.add(.fixture(index + 1)) }
            depth.wrappingSubtract(1, ordering: .relaxed)
        }
        reference.withLock { $0 = sink }
        sink.add(.fixture(0))
        while log.indices.count < 4 { sink.waitUntilDelivered() }
        #expect(log.indices == [0, 1, 2, 3])
        reference.withLock { $0 = nil }
    }

    @Test("An observer that runs a loop itself does not stop the one that it observes", arguments: [1, 3])
    func loopInside(nJobs: Int) throws {
        let backend = BackendSelection.instance(ThreadPerBatchBackend())
        let sums = Mutex<[Int]>([])
        let display = ProgressDisplay.observer { event in
            guard event.kind == .finished else { return }
            do {
                let results = try Parallel(nJobs: nJobs, backend: backend).map(0..<10) { $0 }
                sums.withLock { $0.append(results.reduce(0, +)) }
            } catch {
                Issue.record(error)
            }
        }
        let results = try Parallel(nJobs: nJobs, backend: backend, progress: display).map(0..<50) { $0 }
        #expect(results == Array(0..<50))
        #expect(sums.withLock { $0 } == [Int](repeating: 45, count: 50))
    }

    @Test("A loop begins with started and ends with done, and each task starts before it finishes", arguments: [1, 3])
    func wholeLoop(nJobs: Int) throws {
        let log = Log()
        let call = Parallel(
            nJobs: nJobs,
            backend: .instance(ThreadPerBatchBackend()),
            progress: .observer(log.append),
            seed: 9
        )
        try call.forEach(0..<20) { _ in }
        let events = log.events
        #expect(events.first?.kind == .started)
        #expect(events.first?.rootSeed == 9)
        #expect(events.first?.workerCount == nJobs)
        #expect(events.first?.taskCount == 20)
        #expect(events.last?.kind == .done)
        #expect(events.count == 62)
        for index in 0..<20 {
            let own = events.filter { $0.index == index }
            #expect(own.map(\.kind) == [.dispatched, .taskStarted, .finished])
            #expect(own.allSatisfy { $0.attempt == 1 && (0..<nJobs).contains($0.workerIndex ?? -1) })
            #expect(own[1].duration == nil && own[2].duration != nil)
        }
    }
}

private final class Log: Sendable {
    private let state = Mutex<[ParallelEvent]>([])

    var events: [ParallelEvent] { self.state.withLock { $0 } }
    var indices: [Int] { self.events.compactMap(\.index) }

    @Sendable func append(_ event: ParallelEvent) {
        self.state.withLock { $0.append(event) }
    }
}

extension ParallelEvent {
    fileprivate static func fixture(_ index: Int) -> ParallelEvent {
        var event = ParallelEvent(.finished, call: .next())
        event.index = index
        return event
    }
}
