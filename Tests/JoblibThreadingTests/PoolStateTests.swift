// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore
@testable import JoblibThreading

struct PoolStateTests {
    /// A thread that is none.
    private final class Fake {}

    private typealias State = PoolState<Fake>

    private static func work(_ processor: Int, isObsolete: Bool = false) -> State.Work {
        State.Work(batch: Batch(isObsolete: { isObsolete }) {}, processor: processor, id: .random(in: .min ... .max))
    }

    /// A state with these threads idle, the last one for the shortest time.
    private static func state(idle: [Fake]) -> State {
        var state = State()
        for thread in idle { _ = state.take(thread) }
        return state
    }

    @Test("Without an idle thread one is started for each piece of work")
    func starting() {
        var state = State()
        for number in 0..<3 { #expect(state.submit(Self.work(number)).action.startsThread) }
    }

    @Test("The thread that has been idle for the shortest time is woken")
    func lastIdleFirst() {
        let threads = [Fake(), Fake()]
        var state = Self.state(idle: threads)
        #expect(state.submit(Self.work(0)).action.woken === threads[1])
        #expect(state.submit(Self.work(1)).action.woken === threads[0])
        #expect(state.submit(Self.work(2)).action.startsThread)
    }

    @Test("Work is given out in the order in which it came, once")
    func order() {
        let thread = Fake()
        var state = State()
        for number in 0..<3 { _ = state.submit(Self.work(number)) }
        let first = state.take(thread, hasWoken: true)?.processor
        #expect(first == 0)
        #expect((0..<3).map { _ in state.take(thread)?.processor } == [1, 2, nil])
    }

    @Test("A thread that is on its way serves for work whose call has ended meanwhile")
    func obsoleteWork() {
        let thread = Fake()
        var state = State()
        #expect(state.submit(Self.work(0, isObsolete: true)).action.startsThread)
        for number in 1..<4 {
            #expect(state.submit(Self.work(number, isObsolete: true)).action.isNothing)
        }
        #expect(state.submit(Self.work(4)).action.isNothing)
        #expect(state.take(thread, hasWoken: true)?.processor == 4)
        #expect(state.take(thread) == nil)
    }

    @Test("What came too late is handed back, and its thread finds nothing")
    func droppedWork() {
        var state = State()
        _ = state.submit(Self.work(0, isObsolete: true))
        #expect(state.submit(Self.work(1, isObsolete: true)).dropped.one?.processor == 0)
        let found = state.next(for: Fake(), hasWoken: true)
        #expect(found.work == nil)
        #expect(found.dropped.one?.processor == 1)

        for number in 2..<5 { _ = state.submit(Self.work(number, isObsolete: number == 3)) }
        let (work, dropped) = state.next(for: Fake(), hasWoken: true)
        #expect(work?.processor == 2)
        #expect(dropped.one == nil && dropped.others.isEmpty)
        #expect(state.take(Fake())?.processor == 4)
    }

    @Test("A thread that has woken is not counted on for what comes later")
    func wokenThread() {
        var state = State()
        #expect(state.submit(Self.work(0)).action.startsThread)
        _ = state.take(Fake(), hasWoken: true)
        #expect(state.submit(Self.work(1)).action.startsThread)
    }

    @Test("Work whose thread could not be started is given back, unless another thread will take it")
    func failedStart() {
        let busy = Fake()
        var state = State()
        let first = Self.work(0)
        _ = state.submit(first)
        #expect(state.startFailed(for: first) == false)
        #expect(state.take(busy) == nil)

        state = State()
        _ = state.submit(Self.work(1))
        _ = state.submit(Self.work(2))
        #expect(state.take(busy, hasWoken: true)?.processor == 1)
        let third = Self.work(3)
        _ = state.submit(third)
        #expect(state.take(busy)?.processor == 2)
        // One piece is left, and of the two threads that are on their way one does not come.
        #expect(state.startFailed(for: third) == true)
        #expect(state.take(busy)?.processor == 3)
    }

    @Test("The work that is given back is that of the thread that failed, not the newest")
    func failedStartOfOlderWork() {
        var state = State()
        let (older, newer) = (Self.work(1), Self.work(2))
        _ = state.submit(older)
        _ = state.submit(newer)
        #expect(state.startFailed(for: older) == false)
        #expect(state.take(Fake())?.processor == 2)
    }

    @Test("An idle thread may end, once; one that was chosen may not")
    func ending() {
        let threads = [Fake(), Fake()]
        var state = Self.state(idle: threads)
        _ = state.submit(Self.work(0))
        #expect(state.mayEnd(threads[1]) == false)
        #expect(state.mayEnd(threads[0]) == true)
        #expect(state.mayEnd(threads[0]) == false)
        #expect(state.submit(Self.work(1)).action.startsThread)
    }
}

extension PoolState {
    fileprivate mutating func take(_ thread: Thread, hasWoken: Bool = false) -> Work? {
        self.next(for: thread, hasWoken: hasWoken).work
    }
}

extension PoolState.Action {
    fileprivate var startsThread: Bool {
        if case .startThread = self { true } else { false }
    }

    fileprivate var isNothing: Bool {
        if case .none = self { true } else { false }
    }

    fileprivate var woken: Thread? {
        if case .wake(let thread) = self { thread } else { nil }
    }
}
