// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import Testing

@testable import JoblibThreading

struct ThreadingBackendTests {
    @Test("Threads share memory, are any number, and take pinWorkers alone")
    func capabilities() {
        let capabilities = ThreadingBackend().capabilities
        #expect(capabilities.reach == .sameMemory)
        #expect(capabilities.hasWorkers)
        #expect(capabilities.defaultNJobs == 1)
        #expect(!capabilities.limitsInnerThreads)
        #expect(capabilities.parameters == ["pinWorkers"])
    }

    @Test("The parameter has the name that the backend takes")
    func parameter() throws {
        let parameter = BackendParameter.pinWorkers(true)
        #expect(ThreadingBackend().capabilities.parameters.contains(parameter.name))
        #expect(parameter.value as? Bool == true)
    }

    @Test("All loops share one session, and loops with pinned workers have one of their own")
    func sessions() throws {
        let request = OpenRequest(workers: 2)
        #expect(ThreadingBackend().open(request) === ThreadingBackend().open(request))
        let pinning = ThreadingBackend(pinsWorkers: true)
        #expect(pinning.open(request) === pinning.open(request))
        #expect(pinning.open(request) !== ThreadingBackend().open(request))
    }

    @Test("Registered, the backend is found by its name and takes its parameter", .timeLimit(.minutes(1)))
    func registration() throws {
        registerThreadingBackend()
        #expect(registeredParallelBackends().contains("threading"))
        for isOn in [true, false] {
            let call = Parallel(nJobs: 2, backend: .threading, backendParams: [.pinWorkers(isOn)])
            #expect(try call.map(0..<100) { $0 } == Array(0..<100))
        }
    }

    @Test("A value that is no Bool is refused with the value")
    func wrongType() throws {
        registerThreadingBackend()
        let parameter = BackendParameter(name: "pinWorkers", value: "yes, please")
        let error = try #require(throws: ParallelError.self) {
            try Parallel(nJobs: 2, backend: .threading, backendParams: [parameter]).map(0..<2) { $0 }
        }
        #expect(error.code == .invalidArgument)
        #expect(error.detail.contains("yes, please"))
        #expect(error.detail.contains("Bool"))
    }

    @Test("A parameter that threads do not take is refused with the one that they do")
    func unknownParameter() throws {
        registerThreadingBackend()
        let parameter = BackendParameter(name: "colour", value: 1)
        let error = try #require(throws: ParallelError.self) {
            try Parallel(nJobs: 2, backend: .threading, backendParams: [parameter]).map(0..<2) { $0 }
        }
        #expect(error.code == .unsupportedOption)
        #expect(error.detail == "backend 'threading' takes no parameter 'colour'; it takes pinWorkers")
    }
}
