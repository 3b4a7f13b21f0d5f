// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import Synchronization
import Testing

@Suite("Values whose decoding takes its time", .timeLimit(.minutes(2)), .serialized)
struct SlowDecodingTests {
    /// What of a value's decoding waits in this process, and until when.
    final class Gate: Sendable {
        static let shared = Gate()

        private let state = Mutex((arrived: Set<Int>(), isOpen: true))

        var arrived: Set<Int> { self.state.withLock { $0.arrived } }

        func close() { self.state.withLock { $0 = ([], false) } }

        func open() { self.state.withLock { $0.isOpen = true } }

        func pass(_ index: Int) {
            self.state.withLock { _ = $0.arrived.insert(index) }
            while !self.state.withLock({ $0.isOpen }) { usleep(1000) }
        }
    }

    struct Answer: Codable, Sendable, Equatable {
        var index: Int
        var name = "slow"

        init(index: Int) { self.index = index }

        init(from decoder: any Decoder) throws {
            self.index = try decoder.singleValueContainer().decode(Int.self)
            Gate.shared.pass(self.index)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(self.index)
        }
    }

    /// Meets two others in workers of their own, answers, and leaves behind what ends its worker when a file says so.
    struct Answering: PortableTask {
        var index: Int
        var path: String

        func run() -> Answer {
            let file = open(self.path, O_RDWR | O_APPEND | O_CREAT, 0o600)
            _ = unsafe write(file, "x", 1)
            for _ in 0..<30_000 where lseek(file, 0, SEEK_END) < 3 { usleep(1000) }
            close(file)
            let signal = "\(self.path).\(self.index)"
            Thread.detachNewThread {
                // Once: one that had not answered yet runs again.
                while unlink(signal) != 0 { usleep(1000) }
                kill(getpid(), SIGKILL)
            }
            return Answer(index: self.index)
        }
    }

    @Test(
        "It holds up nobody's supervision: workers that die or are stopped meanwhile are replaced",
        arguments: [SIGKILL, SIGSTOP]
    )
    func supervision(_ signal: Int32) throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { for suffix in ["", ".0", ".1", ".2", ".killed"] { unlink(path + suffix) } }
        try expectHealth(Parallel(nJobs: 3, backend: .loky))
        Gate.shared.close()
        let (slow, quick) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let outputs = Mutex<[Answer]>([])
        Thread.detachNewThread {
            let call = Parallel(nJobs: 3, backend: .loky, batchSize: 1)
            let answers = try? call((0..<3).map { Delayed(Answering(index: $0, path: path)) })
            outputs.withLock { $0 = answers ?? [] }
            slow.signal()
        }
        // As many threads as take answers in are kept by one each.
        while Gate.shared.arrived.isEmpty { usleep(1000) }
        for _ in 0..<300 where Gate.shared.arrived.count < 2 { usleep(1000) }
        // Somebody whose answer nobody has looked at dies now, which its supervisor is told.
        let victim = try #require(Set(0..<3).subtracting(Gate.shared.arrived).first)
        close(creat("\(path).\(victim)", 0o600))
        Thread.detachNewThread {
            let tasks = (0..<8)
                .map {
                    Delayed(Killed(value: $0, culprit: 3, count: 1, path: path + ".killed", signal: signal))
                }
            #expect((try? loky(tasks)) == Array(0..<8))
            quick.signal()
        }
        #expect(quick.wait(timeout: .now() + 30) == .success, "another call waits for what this one decodes")
        Gate.shared.open()
        #expect(slow.wait(timeout: .now() + 30) == .success)
        #expect(outputs.withLock { $0 } == (0..<3).map { Answer(index: $0) })
        try expectHealth()
    }

    @Test("A call that is over while its values are decoded leaves workers to the next")
    func cancelled() async throws {
        try expectHealth()
        Gate.shared.close()
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { unlink(path) }
        let call = Task {
            try await Parallel(nJobs: 3, backend: .loky, batchSize: 1)
                .run((0..<3).map { Delayed(Answering(index: $0, path: path)) })
        }
        while Gate.shared.arrived.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        call.cancel()
        try expectHealth(Parallel(nJobs: 2, backend: .loky, innerMaxNumThreads: 2))
        Gate.shared.open()
        _ = await call.result
        try expectHealth()
    }
}
