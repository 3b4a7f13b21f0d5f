// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibWire
import Synchronization
import Testing

@Suite("What a worker makes of bytes", .timeLimit(.minutes(1)))
struct HostilePayloadTests {
    /// A small batch as it is sent.
    private static let payload: [UInt8] = {
        let backend = Loopback()
        let call = Parallel(nJobs: 1, backend: .instance(backend), batchSize: 2)
        _ = try? call([Delayed(Square(number: 3)), Delayed(Square(number: 4))])
        return backend.log.payloads.withLock { $0[0] }
    }()

    /// Runs a batch; how many answers it had, `nil` if it was refused.
    private func run(_ payload: [UInt8]) -> Int? {
        let answers = Mutex(0)
        do {
            try PortableWorker.execute(
                payload,
                coder: BinaryCoder(),
                overrun: {},
                send: { _ in answers.withLock { $0 += 1 } }
            )
        } catch {
            #expect((error as? ParallelError)?.code == .poolUnhealthy)
            return nil
        }
        return answers.withLock { $0 }
    }

    @Test("A batch that is whole is run")
    func whole() { #expect(run(Self.payload) == 1) }

    @Test("One that is cut anywhere is refused")
    func cut() {
        for count in 0..<Self.payload.count { #expect(run(Array(Self.payload.prefix(count))) == nil) }
        #expect(run(Self.payload + [0]) == nil)
    }

    @Test("One of which a bit has flipped is refused, or answered, and never more than that")
    func flipped() {
        var answered = 0
        for position in Self.payload.indices {
            for bit in 0..<8 {
                var payload = Self.payload
                payload[position] ^= 1 << bit
                if run(payload) != nil { answered += 1 }
            }
        }
        // The seed and the index of a task may be any.
        #expect(answered > 0)
    }

    @Test("A name that is no type, or a type that is no task, is told of each task")
    func names() throws {
        // As long as the type that is named, whatever that is.
        let name = Array("19JoblibPortableTests6SquareV".utf8)
        let start = try #require(
            (0...Self.payload.count - name.count).first { Array(Self.payload[$0..<$0 + name.count]) == name }
        )
        for other in [
            "19JoblibPortableTests6MishapV", "19JoblibPortableTests6SqxareV", "$s\u{1}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            var payload = Self.payload
            payload.replaceSubrange(start..<start + name.count, with: Array(other.utf8).prefix(name.count))
            #expect(run(payload) == 1)
        }
    }

    @Test("Counts beyond everything take no memory")
    func counts() {
        for position in Self.payload.indices.dropLast(8) {
            var payload = Self.payload
            payload.replaceSubrange(position..<position + 8, with: [0, 0, 0, 0, 0, 0, 0, 0x80])
            _ = run(payload)
        }
    }

    @Test("An answer of which a bit has flipped, or a number is beyond everything, harms nobody")
    func mangledAnswers() throws {
        let sent = try #require(Mangling.answer(mangle: { $0 }).first)
        for position in sent.indices {
            for bit in [position % 8, 7] {
                _ = Mangling.answer { answer in
                    var answer = answer
                    if position < answer.count { answer[position] ^= 1 << bit }
                    return answer
                }
            }
            for bytes: [UInt8] in [[0, 0, 0, 0, 0, 0, 0, 0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]] {
                _ = Mangling.answer { answer in
                    var answer = answer
                    let end = min(position + 8, answer.count)
                    if position < end { answer.replaceSubrange(position..<end, with: bytes.prefix(end - position)) }
                    return answer
                }
            }
        }
    }

    @Test("Answers that are anything settle nothing")
    func answers() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let noise = (0..<Int.random(in: 0..<200, using: &random))
                .map { _ in UInt8.random(in: 0...255, using: &random) }
            let backend = Noisy(noise: noise)
            #expect(
                try Parallel(nJobs: 2, backend: .instance(backend))((0..<4).map { Delayed(Square(number: $0)) }) == [
                    0, 1, 4, 9,
                ]
            )
        }
    }
}

/// Runs batches where they are handed in, and says something else before each answer.
struct Noisy: ShippingBackend {
    let noise: [UInt8]

    var taskCoder: any TaskCoder { BinaryCoder() }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        return capabilities
    }

    func open(_ request: OpenRequest) throws -> any WorkerSession { Session(noise: self.noise) }

    private final class Session: WorkerSession {
        let noise: [UInt8]

        init(noise: [UInt8]) { self.noise = noise }

        func submit(_ batch: Batch) throws {
            batch.accept(self.noise)
            try PortableWorker.execute(batch.payload, coder: BinaryCoder()) { batch.accept($0) }
            batch.accept(self.noise)
            batch.finish()
        }
    }
}

/// Runs batches where they are handed in, and changes what is said of them.
private struct Mangling: ShippingBackend {
    let mangle: @Sendable ([UInt8]) -> [UInt8]
    let seen = Seen()

    final class Seen: Sendable {
        let answers = Mutex<[[UInt8]]>([])
    }

    var taskCoder: any TaskCoder { BinaryCoder() }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        return capabilities
    }

    func open(_ request: OpenRequest) throws -> any WorkerSession { Session(backend: self) }

    /// Makes a call whatever comes of it; the answers as they were sent.
    static func answer(mangle: @escaping @Sendable ([UInt8]) -> [UInt8]) -> [[UInt8]] {
        let backend = Mangling(mangle: mangle)
        let call = Parallel(nJobs: 1, backend: .instance(backend), retries: 1)
        _ = try? call.results([Delayed(Failing(number: 1, failing: [1])), Delayed(Failing(number: 2, failing: []))])
        return backend.seen.answers.withLock { $0 }
    }

    private final class Session: WorkerSession {
        let backend: Mangling

        init(backend: Mangling) { self.backend = backend }

        func submit(_ batch: Batch) throws {
            try PortableWorker.execute(batch.payload, coder: BinaryCoder()) { answer in
                self.backend.seen.answers.withLock { $0.append(answer) }
                batch.accept(self.backend.mangle(answer))
            }
            batch.finish()
        }
    }
}
