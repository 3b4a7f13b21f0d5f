// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibCore
import JoblibWire
import Synchronization
import Testing

@Suite("Tasks that cannot travel", .timeLimit(.minutes(1)))
struct RefusalTests {
    private let backend = Loopback()

    private var call: Parallel { Parallel(nJobs: 2, backend: .instance(self.backend)) }

    /// Checks that a call is refused before anything is asked of the backend, with an error that names some things.
    private func expectRefusal(_ words: String..., of body: () throws -> Void) {
        let error = #expect(throws: ParallelError.self) { try body() }
        #expect(error?.code == .taskNotPortable)
        let detail = error?.detail ?? ""
        for word in words + ["multiprocessing"] { #expect(detail.contains(word), "\(detail)") }
        #expect(self.backend.log.opened.load(ordering: .relaxed) == 0)
    }

    @Test("A closure is refused before any worker is asked for, wherever it comes")
    func closures() throws {
        expectRefusal("closure", "@Portable") { _ = try call.map(0..<3) { $0 } }
        expectRefusal("closure", "@Portable") { try call.forEach(0..<3) { _ in } }
        expectRefusal("closure", "@Portable") { _ = try call.reduce(0..<3, 0, { $0 + $1 }, { $0 + $1 }) }
        expectRefusal("closure", "@Portable") {
            var numbers = [1, 2, 3]
            try call.forEachChunk(of: &numbers) { _, _ in }
        }
        let mixed = (0..<100).map { index in index == 70 ? delayed { index } : Delayed(Square(number: index)) }
        expectRefusal("task 70", "closure", "@Portable") { _ = try call(mixed) }
        expectRefusal("task 70", "closure") { _ = try call.results(mixed) }
        expectRefusal("task 0", "closure") { _ = try call((0..<3).lazy.map { index in delayed { index } }) }
        expectRefusal("task 0", "closure") {
            _ = try call((0..<3).map { index in delayed { index } }, returnAs: .generator)
        }
    }

    @Test("So it is for asynchronous callers")
    func asynchronousClosures() async throws {
        let mixed = (0..<100).map { index in index == 70 ? delayed { index } : Delayed(Square(number: index)) }
        let error = await #expect(throws: ParallelError.self) { try await call(mixed) }
        #expect(error?.code == .taskNotPortable && error?.detail.contains("task 70") == true)
        let body = await #expect(throws: ParallelError.self) { try await call.map(0..<3) { $0 } }
        #expect(body?.code == .taskNotPortable)
        #expect(self.backend.log.opened.load(ordering: .relaxed) == 0)
    }

    @Test("So is a task of a type that no other process can find")
    func hiddenTypes() throws {
        struct Local: PortableTask {
            func run() throws -> Int { 1 }
        }
        expectRefusal("task 0", "Secret", "private") { _ = try call([Hidden.task]) }
        expectRefusal("task 0", "SecretValue", "private") { _ = try call([Hidden.generic]) }
        expectRefusal("task 0", "Local", "local") { _ = try call([Delayed(Local())]) }
        #expect(try call([Delayed(Count(values: [1, 2]))]) == [2])
        #expect(try call([Delayed(Pair(first: Label(number: 1)))])[0].map(\.number) == [1, 1])
    }

    @Test("A closure that comes later out of a lazy input fails alone, with its index")
    func later() throws {
        let tasks = (0..<100).lazy.map { index in index == 50 ? delayed { index } : Delayed(Square(number: index)) }
        let failure = #expect(throws: TaskFailure.self) { try call(tasks) }
        #expect(failure?.index == 50 && failure?.reason == .notPortable)
        let results = try call.results(tasks)
        #expect(results.enumerated().allSatisfy { index, result in ((try? result.get()) == nil) == (index == 50) })
    }

    @Test("A result that is not Codable is refused")
    func results() throws {
        struct Opaque: Sendable {
            var body: @Sendable () -> Void
        }
        expectNotCodable { _ = try call([delayed { Opaque {} }].map { $0 }) }
        expectNotCodable { _ = try call([Delayed(Giving(value: 1))]) }
        let trusting = Parallel(nJobs: 2, backend: .instance(Loopback(trust: .sameBuild)))
        let pairs = try trusting([Delayed(Giving(value: 1))])
        #expect(pairs[0] == (1, true))
    }

    private func expectNotCodable(_ body: () throws -> Void) {
        let error = #expect(throws: ParallelError.self) { try body() }
        #expect(error?.code == .resultNotCodable || error?.code == .taskNotPortable)
    }

    @Test("A task that cannot be encoded, or decoded, fails alone, with its index and the reason")
    func coding() throws {
        let encoding = try call.results((0..<5).map { Delayed(UnencodableTask($0)) })
        let decoding = try call.results((0..<5).map { Delayed(UndecodableTask($0)) })
        for (results, reason) in [(encoding, TaskFailure.Reason.notEncodable), (decoding, .notDecodable)] {
            for (index, result) in results.enumerated() {
                switch result {
                case .success(let output): #expect(output == index && index != 2)
                case .failure(let failure):
                    #expect(index == 2 && failure.index == 2 && failure.reason == reason)
                    #expect(failure.underlyingError as? Mishap == Mishap(number: 2))
                }
            }
        }
        let nested = #expect(throws: TaskFailure.self) {
            try call([Delayed(Pair(first: Outer(inner: [.init(value: 1)])))])
        }
        #expect(nested?.reason == .notEncodable && nested.map { "\($0.underlyingError)" }?.contains("inner") == true)
    }

    @Test("A batch that is lost runs again elsewhere; one that is always lost ends the call")
    func losses() throws {
        let losing = Loopback(mishap: .losing(3))
        let outputs = try Parallel(nJobs: 2, backend: .instance(losing))((0..<50).map { Delayed(Square(number: $0)) })
        #expect(outputs == (0..<50).map { $0 * $0 })
        for mishap in [Loopback.Mishap.losing(.max), .idle] {
            let hopeless = Parallel(nJobs: 2, backend: .instance(Loopback(mishap: mishap)))
            #expect(throws: (any Error).self) { try hopeless((0..<50).map { Delayed(Square(number: $0)) }) }
            let results = Result { try hopeless.results((0..<4).map { Delayed(Square(number: $0)) }) }
            if case .success(let results) = results {
                #expect(results.allSatisfy { (try? $0.get()) == nil })
            }
        }
    }

    @Test("A batch that is let go of once its call is over holds nobody up, and is no fault")
    func dropped() throws {
        let faults = Counter()
        let observer = ProgressDisplay.observer { event in if event.kind == .backendFault { faults.add() } }
        let backend = Loopback(mishap: .dropping)
        for _ in 0..<20 {
            let call = Parallel(nJobs: 2, backend: .instance(backend), progress: observer, batchSize: 1)
            #expect(throws: TaskFailure.self) {
                try call((0..<100).map { Delayed(Failing(number: $0, failing: [0, 1])) })
            }
        }
        #expect(faults.value == 0)
    }

    @Test("An output that could be anything is refused, and nothing is made of it")
    func anything() throws {
        let error = #expect(throws: ParallelError.self) { try call([Delayed(Anything())]) }
        #expect(error?.code == .resultNotCodable)
        let trusting = Parallel(nJobs: 2, backend: .instance(Loopback(trust: .sameBuild)))
        let address = #expect(throws: ParallelError.self) { try trusting([Delayed(StaticText())]) }
        #expect(address?.code == .resultNotCodable)
    }

    @Test("An answer that has lost a part costs attempts, never a wrong result")
    func garbled() throws {
        let call = Parallel(nJobs: 2, backend: .instance(Loopback(mishap: .garbling)), batchSize: 3)
        let results = Result { try call.results((0..<12).map { Delayed(Label(number: $0)) }) }
        guard case .success(let outcomes) = results else { return }
        for (index, outcome) in outcomes.enumerated() {
            if case .success(let text) = outcome { #expect(text == "no. \(index)") }
        }
    }

    @Test("A call may bring a coder of its own, which its workers find by name")
    func coders() throws {
        let name = "JoblibPortableTests.LoopbackWithCoder"
        registerParallelBackend(name) { request in Loopback(log: self.backend.log) }
        let call = Parallel(nJobs: 2, backend: .named(name), backendParams: [.taskCoder(PlainCoder())])
        #expect(try call((0..<3).map { Delayed(Square(number: $0)) }) == [0, 1, 4])
        let payload = self.backend.log.payloads.withLock { $0.first ?? [] }
        let answer = #expect(throws: (any Error).self) { _ = try PlainCoder().decode(Square.self, from: payload[...]) }
        #expect("\(answer.map { "\($0)" } ?? "")".contains("another codec"))
        let hidden = Parallel(nJobs: 2, backend: .named(name), backendParams: [.taskCoder(HiddenCoder())])
        let error = #expect(throws: ParallelError.self) { try hidden([Delayed(Square(number: 1))]) }
        #expect(error?.code == .invalidArgument && error?.detail.contains("HiddenCoder") == true)
    }
}

struct Anything: PortableTask {
    func run() throws -> any Sendable { 1 }
}

/// Gives an address of its own process.
struct StaticText: PortableTask {
    func run() throws -> StaticString { "text" }
}

/// Gives what is made of plain bytes, and is not Codable.
struct Giving: PortableTask {
    var value: Int
    func run() throws -> (Int, Bool) { (self.value, true) }
}

struct Outer: Codable, Sendable {
    var inner: [Inner]

    struct Inner: Codable, Sendable {
        var value: Int

        func encode(to encoder: any Encoder) throws {
            throw EncodingError.invalidValue(self, .init(codingPath: encoder.codingPath, debugDescription: "unwilling"))
        }

        init(value: Int) { self.value = value }

        init(from decoder: any Decoder) throws { self.value = try decoder.singleValueContainer().decode(Int.self) }
    }
}

/// Codes as the usual coder does, behind a byte of its own.
struct PlainCoder: TaskCoder {
    func encode<T: Encodable>(_ value: T) throws -> [UInt8] { [42] + (try BinaryCoder().encode(value)) }

    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
        guard bytes.first == 42 else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "a payload of another codec"))
        }
        return try BinaryCoder().decode(type, from: bytes.dropFirst())
    }
}

private struct HiddenCoder: TaskCoder {
    func encode<T: Encodable>(_ value: T) throws -> [UInt8] { try BinaryCoder().encode(value) }

    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
        try BinaryCoder().decode(type, from: bytes)
    }
}
