// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct BackendRegistryTests {
    @Test("A new registry knows the sequential backend, and threads are its default")
    func beginning() {
        let registry = BackendRegistry()
        #expect(registry.names == ["sequential"])
        #expect(registry.defaultName == "threading")
        #expect(registry.knows("sequential") && !registry.knows("threading"))
    }

    @Test("A registry is a value: its copy knows nothing of what comes later")
    func valueSemantics() throws {
        var registry = BackendRegistry()
        let copy = registry
        registry.register("mine", makeDefault: true) { _ in SequentialBackend() }
        #expect(registry.knows("mine") && registry.defaultName == "mine")
        #expect(!copy.knows("mine") && copy.defaultName == "threading")
    }

    @Test("Names are sorted and compared exactly")
    func names() {
        var registry = BackendRegistry()
        for name in ["zebra", "Ant", "bee"] {
            registry.register(name, makeDefault: false) { _ in SequentialBackend() }
        }
        #expect(registry.names == ["Ant", "bee", "sequential", "zebra"])
        #expect(!registry.knows("ant"))
        #expect(registry.defaultName == "threading")
    }

    @Test("A second registration replaces the first")
    func replacement() throws {
        var registry = BackendRegistry()
        registry.register("mine", makeDefault: false) { _ in NamedBackend(displayName: "first") }
        registry.register("mine", makeDefault: false) { _ in NamedBackend(displayName: "second") }
        let backend = try registry.factory(named: "mine")(BackendRequest(name: "mine"))
        #expect(backend.displayName == "second")
        #expect(registry.names == ["mine", "sequential"])
    }

    @Test("The factory is told what it was asked for")
    func request() throws {
        var registry = BackendRegistry()
        registry.register("mine", makeDefault: false) { request in NamedBackend(displayName: request.name) }
        #expect(try registry.factory(named: "mine")(BackendRequest(name: "mine")).displayName == "mine")
    }

    @Test("An unknown name is refused with those that are known")
    func unknown() throws {
        var registry = BackendRegistry()
        registry.register("mine", makeDefault: false) { _ in SequentialBackend() }
        let error = try #require(throws: ParallelError.self) { _ = try registry.factory(named: "yours") }
        #expect(error.code == .unknownBackend)
        #expect(error.detail.contains("'yours'"))
        #expect(error.detail.contains("known are: mine, sequential"))
    }

    @Test("A name of this package that the program has not added is refused with the module and the call")
    func notLinked() throws {
        let error = try #require(throws: ParallelError.self) { _ = try BackendRegistry().factory(named: "threading") }
        #expect(error.code == .unknownBackend)
        #expect(error.detail.contains("import JoblibThreading"))
        #expect(error.detail.contains("registerThreadingBackend()"))
        #expect(error.detail.contains("known are: sequential"))
    }

    @Test("A name that is there with a trait alone is refused with the trait, the module and the call")
    func notWithoutTrait() throws {
        let error = try #require(throws: ParallelError.self) { _ = try BackendRegistry().factory(named: "tcp") }
        #expect(error.code == .unknownBackend)
        #expect(error.detail.contains("with the trait TCP"))
        #expect(error.detail.contains("import JoblibTCP"))
        #expect(error.detail.contains("registerTCPBackend()"))
    }

    @Test("The registry of the process takes what programs register")
    func shared() throws {
        registerParallelBackend("BackendRegistryTests.shared") { _ in SequentialBackend() }
        #expect(registeredParallelBackends().contains("BackendRegistryTests.shared"))
        #expect(registeredParallelBackends() == registeredParallelBackends().sorted())
        #expect(try Parallel(backend: "BackendRegistryTests.shared").map(0..<3) { $0 } == [0, 1, 2])
    }

    @Test("A registered backend can be made by others, with parameters, and what keeps it from being made is said")
    func making() throws {
        registerParallelBackend("BackendRegistryTests.made") { request in
            NamedBackend(displayName: "\(request.name) \(try request.parameter("size") ?? 0)")
        }
        let size = BackendParameter(name: "size", value: 3)
        let made = try makeParallelBackend(BackendRequest(name: "BackendRegistryTests.made", parameters: [size]))
        #expect(made.displayName == "BackendRegistryTests.made 3")
        let unknown = try #require(throws: ParallelError.self) {
            _ = try makeParallelBackend(BackendRequest(name: "BackendRegistryTests.nobody"))
        }
        #expect(unknown.code == .unknownBackend)
        registerParallelBackend("BackendRegistryTests.unmade") { _ in throw CancellationError() }
        let broken = try #require(throws: ParallelError.self) {
            _ = try makeParallelBackend(BackendRequest(name: "BackendRegistryTests.unmade"))
        }
        #expect(broken.code == .startupFailed)
        #expect(broken.detail.contains("'BackendRegistryTests.unmade' could not be made"))
    }

    @Test("What a factory throws, the call throws, with the name of the backend")
    func throwingFactory() throws {
        registerParallelBackend("BackendRegistryTests.broken") { _ in throw ParallelError(.noWorkers, "no luck") }
        let error = try #require(throws: ParallelError.self) {
            try Parallel(backend: "BackendRegistryTests.broken").map(0..<3) { $0 }
        }
        #expect(error.code == .noWorkers)
        #expect(error.detail == "backend 'BackendRegistryTests.broken' could not be made: no luck")
    }

    @Test("Asked for an ability, the registry names those that have it; a factory that throws has none")
    func abilities() {
        registerParallelBackend("BackendRegistryTests.able") { _ in NamedBackend(displayName: "able", ability: true) }
        registerParallelBackend("BackendRegistryTests.unable") { _ in NamedBackend(displayName: "unable") }
        registerParallelBackend("BackendRegistryTests.throwing") { _ in throw CancellationError() }
        #expect(BackendRegistry.names(where: \.limitsInnerThreads) == ["BackendRegistryTests.able", "loky", "spawn"])
    }
}

private struct NamedBackend: ParallelBackend {
    let displayName: String
    var ability = false

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.limitsInnerThreads = self.ability
        return capabilities
    }

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        throw ParallelError(.noWorkers, "a name is all there is")
    }
}
