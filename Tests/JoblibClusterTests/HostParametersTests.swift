// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibWorkers
import Testing

@testable import JoblibCluster

@Suite("What hosts are told of a session")
struct HostParametersTests {
    struct Prepare: PortableTask {
        func run() throws {}
    }

    private static let parameters: [BackendParameter] = [
        .environment(["A": "1", "B": ""]), .maxTasksPerWorker(7), .maxWorkerMemory("1G"),
        .idleWorkerTimeout(.milliseconds(2500)), .initializer(Delayed(Prepare())),
    ]

    @Test("arrives as it was said, and becomes a request for the host's own pool, which trusts no bytes")
    func roundTrip() throws {
        let request = BackendRequest(name: "tcp", parameters: Self.parameters, innerMaxNumThreads: 3)
        let sent = try HostParameters(request)
        let arrived = try HostParameters(encoded: sent.encoded)
        #expect(arrived == sent)
        let own = arrived.request(backend: "loky")
        #expect(own.name == "loky")
        #expect(own.innerMaxNumThreads == 3)
        #expect(try own.parameter("environment") as [String: String]? == ["A": "1", "B": ""])
        #expect(try own.parameter("maxTasksPerWorker") as Int? == 7)
        #expect(try own.parameter("maxWorkerMemory") as ByteCount? == ByteCount(1 << 30))
        #expect(try own.parameter("idleWorkerTimeout") as Duration? == .milliseconds(2500))
        #expect(own.parameters.contains { $0.name == "initializer" })
        #expect(try own.parameter("workerTrust") as WorkerTrust? == WorkerTrust.none)
    }

    @Test("is next to nothing where nothing was said")
    func nothing() throws {
        let own = try HostParameters(encoded: HostParameters(BackendRequest(name: "tcp")).encoded)
            .request(backend: "loky")
        #expect(own.parameters.map(\.name) == ["workerTrust"])
        #expect(own.innerMaxNumThreads == nil)
    }

    @Test("is refused before it is sent where it makes no sense")
    func refused() throws {
        for parameter: BackendParameter in [
            .idleWorkerTimeout(.seconds(-1)), .maxTasksPerWorker(0), .maxWorkerMemory(0), .environment(["a=b": ""]),
        ] {
            let request = BackendRequest(name: "tcp", parameters: [parameter])
            let error = try #require(throws: ParallelError.self) { try HostParameters(request) }
            #expect(error.code == .invalidArgument)
        }
    }

    @Test("has names that a backend can declare, and no bytes but its own are taken for it")
    func hostile() throws {
        #expect(HostParameters.names.isSuperset(of: Self.parameters.map(\.name)))
        #expect(!HostParameters.names.contains("workerTrust"))
        let bytes = try HostParameters(BackendRequest(name: "tcp", parameters: Self.parameters)).encoded
        #expect(throws: (any Error).self) { try HostParameters(encoded: []) }
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self, "\(count)") { try HostParameters(encoded: Array(bytes.prefix(count))) }
        }
    }
}
