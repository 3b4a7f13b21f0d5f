// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// What is opened is closed, and nothing is left.
extension ConformanceCase {
    static let lifecycle: [ConformanceCase] = conversation + remains

    // MARK: - What is said to the backend

    private static let lifecycleFamily = Family("lifecycle")

    private static let conversation: [ConformanceCase] = [
        ConformanceCase(
            lifecycleFamily,
            "call",
            "a call begins before its first batch and ends after its last, and its session is closed",
            [32],
            needs: [.closures, .workers]
        ) { subject in
            let recording = RecordingBackend(try subject.makeBackend())
            _ = try subject.parallel(on: recording, 3).map(0..<100) { $0 }
            _ = try subject.parallel(on: recording, 3, timeout: .seconds(20)).map(0..<100) { $0 }
            _ = try subject.parallel(on: recording, 3)((0..<100).lazy.map { index in delayed { index } })
            try Conversation(recording.entries).check(sessions: 3, workers: 3)
        },
        ConformanceCase(
            lifecycleFamily,
            "error",
            "after an error a call is cancelled once, ended as failed, and its session closed",
            [32, 33],
            needs: [.closures, .workers]
        ) { subject in
            let recording = RecordingBackend(try subject.makeBackend())
            _ = try requireThrows(TaskFailure.self, "a loop") {
                try subject.parallel(on: recording, 3).forEach(0..<1000) { if $0 == 30 { throw Mishap(number: 30) } }
            }
            let conversation = Conversation(recording.entries)
            try conversation.check(sessions: 1, workers: 3)
            try requireEqual(conversation.endings, [.failed], "the endings")
            try requireEqual(conversation.cancellations, 1, "cancellations")
        },
        ConformanceCase(
            lifecycleFamily,
            "pool",
            "a pool has one session for all its calls, also with one job, and closes it also after an error",
            [17, 32],
            needs: [.closures, .workers]
        ) { subject in
            for nJobs in [1, 3] {
                let recording = RecordingBackend(try subject.makeBackend())
                _ = try requireThrows(Mishap.self, "a pool") {
                    try subject.parallel(on: recording, nJobs)
                        .withPool { pool in
                            for _ in 0..<5 { _ = try pool.map(0..<20) { $0 } }
                            throw Mishap(number: 1)
                        }
                }
                try Conversation(recording.entries).check(sessions: 1, workers: nJobs)
            }
        },
        ConformanceCase(
            lifecycleFamily,
            "stream",
            "a stream's session is closed when it is at its end, or let go of",
            [32],
            needs: [.closures, .workers]
        ) { subject in
            let recording = RecordingBackend(try subject.makeBackend())
            let tasks = (0..<100).map { index in delayed { index } }
            let call = subject.parallel(on: recording, 2)
            do {
                let stream = try call(tasks, returnAs: .generator)
                while try stream.next() != nil {}
            }
            do {
                let stream = try call(tasks, returnAs: .generator)
                _ = try stream.next()
            }
            // The second is let go of while its tasks may be at work: it is closed by the last of them.
            let closings = { recording.entries.count { $0 == .closed } }
            let deadline = MonotonicClock.now + 10_000_000_000
            while closings() < 2, MonotonicClock.now < deadline { SpinWait.aMoment() }
            try Conversation(recording.entries).check(sessions: 2, workers: 2)
        },
        ConformanceCase(
            lifecycleFamily,
            "faults",
            "the backend completes every batch, and none twice",
            [8, 34],
            needs: [.closures, .workers]
        ) { subject in
            let faults = Recorder<String>()
            let observer = ProgressDisplay.observer { event in
                if event.kind == .backendFault { faults.note(event.error?.detail ?? "") }
            }
            for _ in 0..<subject.repetitions(20) {
                _ = try subject.parallel(4, progress: observer).map(0..<100) { $0 }
                _ = try subject.parallel(4, progress: observer, timeout: .seconds(20)).map(0..<20) { $0 }
                let call = subject.parallel(4, progress: observer)
                let stream = try call((0..<100).map { index in delayed { index } }, returnAs: .generator)
                while try stream.next() != nil {}
                _ = try inTask { try await subject.parallel(4, progress: observer).map(0..<20) { $0 } }
            }
            // A second completion may come late.
            WaitWord().wait(while: 0, until: MonotonicClock.now + 500_000_000)
            try requireEqual(faults.all, [], "faults that were reported")
        },
    ]

    // MARK: - What is left

    private static let remains: [ConformanceCase] = [
        ConformanceCase(
            lifecycleFamily,
            "holdings",
            "calls of every kind leave no thread, descriptor, child process, temporary file or shared memory behind",
            [18, 19],
            isIsolated: true
        ) { subject in try Self.requireNoRemains { try Self.callsOfEveryKind(subject) } },
        ConformanceCase(
            lifecycleFamily,
            "failures",
            "calls that fail leave nothing behind either",
            [16, 18],
            isIsolated: true
        ) { subject in
            try Self.requireNoRemains {
                for _ in 0..<subject.repetitions(10) {
                    _ = try requireThrows(TaskFailure.self, "a loop") {
                        try subject.parallel(4).forEach(0..<100) { if $0 == 50 { throw Mishap(number: 50) } }
                    }
                    let tasks = (0..<100).map { index in delayed { if index == 9 { throw Mishap(number: 9) } } }
                    let stream = try subject.parallel(4)(tasks, returnAs: .generator)
                    _ = try requireThrows(TaskFailure.self, "a stream") { while try stream.next() != nil {} }
                }
            }
        },
        ConformanceCase(
            lifecycleFamily,
            "captures",
            "what tasks have captured is released with the call",
            [19],
            needs: [.closures, .sharedMemory]
        ) { subject in
            let released = Tally()
            for _ in 0..<10 {
                let captured = Canary(released)
                _ = try subject.parallel(4).map(0..<10) { index in withExtendedLifetime(captured) { index } }
            }
            try released.reach(10, "the release of what was captured")
            // What a call holds is released by whoever still holds one of its batches.
            for _ in 0..<10 {
                let held = Canary(released)
                let observer = ProgressDisplay.observer { _ in withExtendedLifetime(held) {} }
                _ = try subject.parallel(4, progress: observer).map(0..<10) { $0 }
            }
            try released.reach(20, "the release of what calls hold")
        },
        ConformanceCase(
            lifecycleFamily,
            "memory",
            "calls in a row do not need ever more memory",
            [18],
            isIsolated: true
        ) { subject in
            func calls(_ count: Int) throws {
                for _ in 0..<count { _ = try subject.parallel(2).map(0..<100) { [$0, $0] } }
            }
            let count = subject.repetitions(1000)
            try calls(count / 4)
            let before = ProcessHoldings().memory
            try calls(count)
            let growth = ProcessHoldings().memory - before
            // What the allocator keeps, and well below a page of 4 KiB a call.
            try require(growth < (4 << 20) + count << 12, "the process has grown by \(growth >> 10) KiB")
        },
    ]

    private static func callsOfEveryKind(_ subject: ConformanceSubject) throws {
        for nJobs in [1, 2, 4] {
            _ = try subject.parallel(nJobs).map(0..<100) { $0 }
            _ = try subject.parallel(nJobs, timeout: .seconds(20)).map(0..<20) { $0 }
            _ = try subject.parallel(nJobs)((0..<100).lazy.map { index in delayed { index } })
            try subject.parallel(nJobs).withPool { pool in for _ in 0..<3 { _ = try pool.map(0..<10) { $0 } } }
            let stream = try subject.parallel(nJobs)((0..<100).map { index in delayed { index } }, returnAs: .generator)
            _ = try stream.next()
            _ = try inTask { try await subject.parallel(nJobs).map(0..<20) { $0 } }
        }
    }

    /// Throws when a closure, called again and again, leaves something behind.
    static func requireNoRemains(_ body: () throws -> Void) throws {
        // What is kept for the next call, such as the threads of a pool, is there after a few.
        for _ in 0..<3 { try body() }
        let before = ProcessHoldings()
        for _ in 0..<10 { try body() }
        let deadline = MonotonicClock.now + 15_000_000_000
        while MonotonicClock.now < deadline {
            if (try? Self.compare(before, ProcessHoldings())) != nil { return }
            // Threads need a moment to end.
            WaitWord().wait(while: 0, until: MonotonicClock.now + 10_000_000)
        }
        try Self.compare(before, ProcessHoldings())
    }

    private static func compare(_ before: ProcessHoldings, _ after: ProcessHoldings) throws {
        let new = { (before: [String], after: [String]) in after.filter { !before.contains($0) } }
        // A pool may grow while several of its threads happen to be late; it must not grow with every call, of which there
        // were ten times as many.
        try require(after.threads <= before.threads + 16, "threads: \(before.threads), then \(after.threads)")
        try require(
            after.descriptors.count <= before.descriptors.count,
            "descriptors: \(new(before.descriptors, after.descriptors)) are left"
        )
        // By number: a pool may have replaced some.
        try require(
            after.children.count <= before.children.count,
            "child processes: \(new(before.children, after.children)) are left"
        )
        try requireEqual(
            new(before.temporaryFiles, after.temporaryFiles),
            [],
            "files in /tmp and /dev/shm that are left"
        )
    }
}

/// What was said to a backend, and whether it was said in the right order.
private struct Conversation {
    private let entries: [RecordingBackend.Entry]

    init(_ entries: [RecordingBackend.Entry]) {
        self.entries = entries
    }

    var endings: [CallEnd] {
        self.entries.compactMap { if case .ended(_, let reason) = $0 { reason } else { nil } }
    }

    var cancellations: Int {
        self.entries.count { if case .cancelled = $0 { true } else { false } }
    }

    func check(sessions: Int, workers: Int) throws {
        try requireEqual(self.entries.count { $0 == .closed }, sessions, "sessions that were closed")
        var open: Set<CallID> = []
        var begun = 0
        for entry in self.entries {
            switch entry {
            case .opened(let count):
                try requireEqual(count, workers, "workers that a session was opened for")
            case .begun(let call):
                open.insert(call)
                begun += 1
            case .submitted(let call, _), .cancelled(let call):
                try require(open.contains(call), "'\(entry)' outside of the call, in \(self.entries)")
            case .started, .completed:
                // Also after its end, when a batch returns at once.
                break
            case .ended(let call, _):
                try require(open.remove(call) != nil, "'\(entry)' although it had not begun, in \(self.entries)")
            case .closed:
                try require(open.isEmpty, "closed before the end of \(open), in \(self.entries)")
            case .refused:
                throw ConformanceFailure("the backend refused a batch: \(entry)")
            }
        }
        try require(open.isEmpty, "\(open) did not end, in \(self.entries)")
        try requireEqual(self.endings.count, begun, "endings")
    }
}

/// Tells when it is released.
private final class Canary: Sendable {
    private let released: Tally

    init(_ released: Tally) {
        self.released = released
    }

    deinit {
        self.released.add()
    }
}
