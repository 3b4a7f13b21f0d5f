// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCore

struct ParallelConfigTests {
    struct Setting: Sendable, CustomTestStringConvertible {
        let name: String

        /// Gives the setting its first or its second value.
        let set: @Sendable (inout ParallelConfig, Int) -> Void

        let read: @Sendable (ParallelConfig) -> String?

        var testDescription: String { self.name }

        init<Value: Sendable>(
            _ name: String,
            _ path: any WritableKeyPath<ParallelConfig, Value?> & Sendable,
            _ values: [Value],
            as text: @escaping @Sendable (Value) -> String = { "\($0)" }
        ) {
            self.name = name
            self.set = { $0[keyPath: path] = values[$1] }
            self.read = { $0[keyPath: path].map(text) }
        }
    }

    static let settings = [
        Setting("backend", \.backend, ["a", "b"]) { $0.name ?? "" },
        Setting("nJobs", \.nJobs, [1, 2]),
        Setting("verbose", \.verbose, [1, 2]),
        Setting("progress", \.progress, [.named("a"), .named("b")]) { $0.name },
        Setting("tempFolder", \.tempFolder, ["a", "b"]),
        Setting("maxNBytes", \.maxNBytes, [1, 2]),
        Setting("mmapMode", \.mmapMode, ["r", "c"]),
        Setting("prefer", \.prefer, [.threads, .processes]),
        Setting("require", \.require, [.sharedmem, .sharedmem]),
        Setting("innerMaxNumThreads", \.innerMaxNumThreads, [1, 2]),
        Setting("seed", \.seed, [1, 2]),
        Setting("stallTimeout", \.stallTimeout, [.seconds(1), .seconds(2)]),
    ]

    @Test("The inner value wins, an unset one lets the outer through, and no other setting moves", arguments: settings)
    func overlaying(_ setting: Setting) throws {
        var inner = ParallelConfig()
        var outer = ParallelConfig()
        #expect(setting.read(inner.overlaying(outer)) == nil)

        setting.set(&outer, 0)
        let outerValue = try #require(setting.read(outer))
        #expect(setting.read(inner.overlaying(outer)) == outerValue)

        setting.set(&inner, 1)
        let innerValue = try #require(setting.read(inner))
        #expect(setting.read(inner.overlaying(outer)) == innerValue)
        #expect(setting.read(inner.overlaying(ParallelConfig())) == innerValue)

        for other in Self.settings where other.name != setting.name {
            #expect(other.read(inner.overlaying(outer)) == nil)
        }
    }

    @Test("No setting is left out of these tests")
    func completeness() {
        let labels = Mirror(reflecting: ParallelConfig()).children.compactMap(\.label)
        #expect(Set(labels) == Set(Self.settings.map(\.name) + ["backendParams", "verboseDepth", "progressDepth"]))
    }

    @Test("Where a setting was made is remembered with it")
    func depths() {
        let outer = ParallelConfig(verbose: 1, progress: .bar, verboseDepth: 1, progressDepth: 1)
        let inner = ParallelConfig(verbose: 2, verboseDepth: 2).overlaying(outer)
        #expect(inner.verboseDepth == 2 && inner.progressDepth == 1)
    }

    @Test("Parameters of both scopes reach the backend that the outer one chose, the inner ones winning by name")
    func inheritedParameters() {
        let outer = ParallelConfig(backend: "a", backendParams: [.fixture("x", 1), .fixture("y", 1)])
        let inner = ParallelConfig(backendParams: [.fixture("y", 2), .fixture("z", 2)])
        let merged = inner.overlaying(outer)
        #expect(merged.backendParams.map(\.name) == ["x", "y", "z"])
        #expect(merged.backendParams.compactMap { $0.value as? Int } == [1, 2, 2])
    }

    @Test("Who chooses a backend, even the same, does not inherit parameters", arguments: ["a", "b"])
    func ownParameters(backend: String) {
        let outer = ParallelConfig(backend: "a", backendParams: [.fixture("x", 1)])
        #expect(ParallelConfig(backend: .named(backend)).overlaying(outer).backendParams.isEmpty)
        let inner = ParallelConfig(backend: .named(backend), backendParams: [.fixture("y", 2)])
        #expect(inner.overlaying(outer).backendParams.map(\.name) == ["y"])
    }

    @Test("A scope holds inside of its closure, nests, and is gone afterwards")
    func scope() async {
        parallelConfig(nJobs: 3, seed: 1) {
            parallelConfig(nJobs: 4) {
                #expect(ParallelConfig.current.nJobs == 4)
                #expect(ParallelConfig.current.seed == 1)
            }
            #expect(ParallelConfig.current.nJobs == 3)
        }
        #expect(ParallelConfig.current.nJobs == nil)
        await parallelConfig(nJobs: 5) {
            await Task.yield()
            #expect(ParallelConfig.current.nJobs == 5)
        }
    }

    @Test("A scope passes every argument on")
    func everyArgument() {
        parallelConfig(
            backend: "a",
            nJobs: 1,
            verbose: 2,
            progress: .named("p"),
            tempFolder: "t",
            maxNBytes: 3,
            mmapMode: "c",
            prefer: .threads,
            require: .sharedmem,
            innerMaxNumThreads: 4,
            seed: 5,
            stallTimeout: .seconds(6),
            backendParams: [.fixture("x", 7)]
        ) {
            let config = ParallelConfig.current
            let values = Self.settings.map { $0.read(config) }
            let hints = ["\(BackendPreference.threads)", "\(BackendRequirement.sharedmem)"]
            #expect(values == ["a", "1", "2", "p", "t", "3", "c"] + hints + ["4", "5", "6.0 seconds"])
            #expect(config.backendParams.map(\.name) == ["x"])
        }
    }
}

extension BackendParameter {
    fileprivate static func fixture(_ name: String, _ value: Int) -> BackendParameter {
        BackendParameter(name: name, value: value)
    }
}

extension ProgressDisplay {
    /// An observer that tells its name when it gets an event.
    fileprivate static func named(_ name: String) -> ProgressDisplay {
        .observer { _ in Self.heard.withLock { $0 = name } }
    }

    fileprivate var name: String {
        guard case .observer(let delivery) = self.kind else { return "no observer" }
        delivery.add(ParallelEvent(.done, call: .next()))
        delivery.waitUntilDelivered()
        return Self.heard.withLock { $0 }
    }

    private static let heard = Mutex("")
}
