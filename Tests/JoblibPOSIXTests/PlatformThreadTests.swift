// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

@Suite(.timeLimit(.minutes(1)))
struct PlatformThreadTests {
    @Test("A closure runs on a thread of its own")
    func ownThread() async throws {
        let first = try await onThread { PlatformThread.currentID }
        #expect(first > 0)
        #expect(first != PlatformThread.currentID)
        #expect(try await onThread { PlatformThread.currentID == PlatformThread.currentID })
    }

    @Test("Threads run at the same time and have different ids")
    func different() async throws {
        let here = Arrivals()
        let ids = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await onThread {
                        here.arrive()
                        here.wait(for: 4)
                        return PlatformThread.currentID
                    }
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(ids.count == 4)
    }

    @Test("A thread has its name, of which the kernel keeps 15 bytes")
    func name() async throws {
        for (name, kept) in [("short", "short"), ("a-name-that-is-too-long", "a-name-that-is-")] {
            let seen = try await onThread(name: name) { SystemFile.text(at: "/proc/thread-self/comm") }
            #expect(seen == kept + "\n")
        }
    }

    @Test("What a thread's closure captured is released with the closure")
    func lifetime() async throws {
        let released = WaitWord()
        try Self.start(keeping: Captured(released))
        #expect(try await onThread { released.wait(while: 0, until: MonotonicClock.now + 30_000_000_000) })
    }

    private static func start(keeping object: Captured) throws {
        try PlatformThread.start(name: "test") { withExtendedLifetime(object) {} }
    }

    @Test("Binding a thread passes on what the closure returns and throws, and is undone either way")
    func pinned() async throws {
        let before = try #require(CPUAffinity.count())
        let counts = try await onThread {
            let inside = PlatformThread.pinned(to: 1_000_003) { CPUAffinity.count() }
            let hasThrown: Bool
            do {
                try PlatformThread.pinned(to: 0) { throw CancellationError() }
                hasThrown = false
            } catch {
                hasThrown = true
            }
            return [inside, hasThrown ? CPUAffinity.count() : nil]
        }
        #expect(counts == [1, before])
    }
}

/// Says when it is released.
private final class Captured: Sendable {
    private let released: WaitWord

    init(_ released: WaitWord) {
        self.released = released
    }

    deinit {
        self.released.advance()
    }
}
