// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("The registry of backends", .timeLimit(.minutes(1)))
struct RegistryTests {
    @Test("The built-in backends are registered before anything asks")
    func builtIn() async {
        await #expect(processExitsWith: .success) {
            #expect(registeredParallelBackends() == ["loky", "multiprocessing", "sequential", "spawn", "threading"])
        }
    }

    @Test("The names are sorted")
    func sorted() {
        registerParallelBackend("zz-sorted") { _ in SequentialBackend() }
        registerParallelBackend("aa-sorted") { _ in SequentialBackend() }
        let names = registeredParallelBackends()
        #expect(names == names.sorted())
        #expect(Set(names).isSuperset(of: ["aa-sorted", "sequential", "threading", "zz-sorted"]))
    }

    @Test("An unknown backend is refused with the names that are known")
    func unknown() throws {
        let error = try refusal { try Parallel(backend: "dusk").forEach(0..<1) { _ in } }
        #expect(error.code == .unknownBackend)
        #expect(error.detail.contains("'dusk'"))
        #expect(error.detail.contains("sequential"))
        #expect(error.detail.contains("threading"))
        try parallelConfig(backend: "dusk") { () throws in
            #expect(try refusal { try Parallel().forEach(0..<1) { _ in } }.code == .unknownBackend)
            #expect(try refusal { try effectiveNJobs(2) }.code == .unknownBackend)
        }
    }

    @Test("Names are compared exactly", arguments: ["Threading", "threading ", ""])
    func exactNames(_ name: String) throws {
        #expect(try refusal { try Parallel(backend: .named(name)).forEach(0..<1) { _ in } }.code == .unknownBackend)
    }

    @Test("A second registration of a name replaces the first")
    func replaces() throws {
        let (first, second) = (ProbeBackend(), ProbeBackend())
        registerParallelBackend("replaced") { _ in first }
        try Parallel(nJobs: 2, backend: "replaced").forEach(0..<9) { _ in }
        registerParallelBackend("replaced") { _ in second }
        try Parallel(nJobs: 3, backend: "replaced").forEach(0..<9) { _ in }
        #expect(first.opened.all == [2])
        #expect(second.opened.all == [3])
        #expect(registeredParallelBackends().count { $0 == "replaced" } == 1)
    }

    @Test("makeDefault makes it the backend of loops that choose none")
    func makeDefault() async {
        await #expect(processExitsWith: .success) {
            let probe = ProbeBackend { $0.defaultNJobs = 3 }
            registerParallelBackend("default-probe", makeDefault: true) { _ in probe }
            try Parallel().forEach(0..<9) { _ in }
            try Parallel(nJobs: 2).forEach(0..<9) { _ in }
            try Parallel(nJobs: 2, backend: "threading").forEach(0..<9) { _ in }
            #expect(probe.opened.all == [3, 2])
            registerParallelBackend("other") { _ in SequentialBackend() }
            try Parallel(nJobs: 4).forEach(0..<9) { _ in }
            #expect(probe.opened.all == [3, 2, 4])
        }
    }

    @Test("An unset nJobs is the backend's default")
    func defaultNJobs() throws {
        let few = ProbeBackend { $0.defaultNJobs = 3 }
        try Parallel(backend: .instance(few)).forEach(0..<9) { _ in }
        #expect(few.opened.all == [3])
        try parallelConfig(backend: .instance(ProbeBackend { $0.defaultNJobs = -1 })) { () throws in
            #expect(try effectiveNJobs(nil) == cpuCount())
        }
    }

    @Test("The factory is told the name, the parameters and the inner threads; what it throws, the call's error holds")
    func factory() throws {
        let requests = Recorder<BackendRequest>()
        registerParallelBackend("asks") { request in
            requests.note(request)
            return ProbeBackend {
                $0.parameters = ["colour", "depth"]
                $0.limitsInnerThreads = true
            }
        }
        let parameters = [BackendParameter(name: "colour", value: "red"), BackendParameter(name: "depth", value: 4)]
        try Parallel(nJobs: 2, backend: "asks", innerMaxNumThreads: 5, backendParams: parameters)
            .forEach(0..<1) { _ in }
        let request = try #require(requests.all.first)
        #expect(request.name == "asks")
        #expect(request.innerMaxNumThreads == 5)
        #expect(try request.parameter("colour", as: String.self) == "red")
        #expect(try request.parameter("depth", as: Int.self) == 4)
        #expect(try request.parameter("absent", as: Int.self) == nil)
        #expect(try refusal { try request.parameter("depth", as: String.self) }.code == .invalidArgument)

        registerParallelBackend("broken") { _ in throw Mishap(number: 5) }
        let error = try refusal { try Parallel(backend: "broken").forEach(0..<1) { _ in } }
        #expect(error.code == .startupFailed)
        #expect(error.detail.contains("'broken'"))
        #expect(error.underlyingError as? Mishap == Mishap(number: 5))
    }

    // MARK: - Parameters

    @Test("A parameter that the backend does not take is refused by name, with those it takes")
    func unknownParameter() throws {
        let parameter = BackendParameter(name: "idleWorkerTimeout", value: 3)
        let error = try refusal {
            try Parallel(backend: "threading", backendParams: [parameter]).forEach(0..<1) { _ in }
        }
        #expect(error.code == .unsupportedOption)
        #expect(error.detail.contains("idleWorkerTimeout"))
        #expect(error.detail.contains("pinWorkers"))
        let sequential = Parallel(backend: "sequential", backendParams: [.pinWorkers(true)])
        #expect(try refusal { try sequential.forEach(0..<1) { _ in } }.code == .unsupportedOption)
        let instance = Parallel(backend: .instance(ProbeBackend()), backendParams: [.pinWorkers(true)])
        #expect(try refusal { try instance.forEach(0..<1) { _ in } }.code == .unsupportedOption)
    }

    @Test("pinWorkers changes no result, and wants a Bool", arguments: [1, 2, 4])
    func pinWorkers(_ nJobs: Int) throws {
        let pinned = Parallel(nJobs: nJobs, backend: "threading", backendParams: [.pinWorkers(true)])
        #expect(try pinned.map(0..<100) { $0 } == Array(0..<100))
        let wrong = Parallel(backend: "threading", backendParams: [BackendParameter(name: "pinWorkers", value: 1)])
        #expect(try refusal { try wrong.forEach(0..<1) { _ in } }.code == .invalidArgument)
    }

    @Test("Parameters merge by name and stay with the backend they were given for")
    func parametersMerge() throws {
        let requests = Recorder<BackendRequest>()
        registerParallelBackend("merges") { request in
            requests.note(request)
            return ProbeBackend { $0.parameters = ["a", "b"] }
        }
        let (a, otherA) = (BackendParameter(name: "a", value: 1), BackendParameter(name: "a", value: 2))
        try parallelConfig(backend: "merges", backendParams: [a]) {
            try Parallel(backendParams: [BackendParameter(name: "b", value: 3)]).forEach(0..<1) { _ in }
            try Parallel(backendParams: [otherA]).forEach(0..<1) { _ in }
            try Parallel(backend: "merges").forEach(0..<1) { _ in }
            try Parallel(backend: "threading").forEach(0..<1) { _ in }
        }
        let seen = try requests.all.map { try [$0.parameter("a", as: Int.self), $0.parameter("b", as: Int.self)] }
        #expect(seen == [[1, 3], [2, nil], [nil, nil]])
    }

    // MARK: - Inner threads

    @Test("innerMaxNumThreads given to a backend that cannot honour it is refused with those that can")
    func innerThreads() throws {
        registerParallelBackend("limits-inner") { _ in ProbeBackend { $0.limitsInnerThreads = true } }
        for backend in ["threading", "sequential"] {
            let error = try refusal {
                try Parallel(nJobs: 2, backend: .named(backend), innerMaxNumThreads: 2).forEach(0..<1) { _ in }
            }
            #expect(error.code == .unsupportedOption)
            #expect(error.detail.contains("limits-inner"))
        }
        try Parallel(nJobs: 2, backend: "limits-inner", innerMaxNumThreads: 2).forEach(0..<1) { _ in }
    }

    @Test("innerMaxNumThreads from a scope is ignored where it cannot be honoured", arguments: LoopCase.all)
    func innerThreadsFromScope(_ loop: LoopCase) throws {
        try parallelConfig(innerMaxNumThreads: 2) { () throws in
            #expect(try loop.parallel().map(0..<9) { $0 } == Array(0..<9))
        }
    }
}
