// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import JoblibTCP

/// Is given executables, and keeps hosts of them.
struct ExecutableKeeper {
    /// How often it is looked whether an executable has come, in nanoseconds.
    private static let pace: UInt64 = 50_000_000

    private var request: HostRequest
    private let credentials: ClusterCredentials
    private let cache: ExecutableCache
    private let startLimit: UInt64

    init(_ request: HostRequest, _ credentials: ClusterCredentials, cache: ExecutableCache, startLimit: UInt64) {
        self.request = request
        self.credentials = credentials
        self.cache = cache
        self.startLimit = startLimit
    }

    /// Takes part, until this process is asked to end.
    ///
    /// - Returns: The status to end with.
    /// - Throws: `WorkerFailure`, `ParallelError`, `SystemError`.
    mutating func run(_ signals: consuming TerminationSignals.Inbox) throws -> Int32 {
        while true {
            guard let path = try self.receive(signals) else { return 0 }
            var keeper = HostKeeper(self.request, program: path, startLimit: self.startLimit, makesWay: true)
            if case .ended(let status) = try keeper.run(signals) { return status }
        }
    }

    /// Waits for an executable; `nil` when this process is asked to end.
    private mutating func receive(_ signals: borrowing TerminationSignals.Inbox) throws -> String? {
        let receiver = try ExecutableReceiver(
            listens: self.request.kind == .listening,
            at: self.request.address.description,
            slots: self.request.slots.flatMap { Int($0) } ?? cpuCount(),
            credentials: self.credentials,
            cache: self.cache,
            say: { HostKeeper.say($0) }
        )
        // The host takes its place, at the same port.
        defer { receiver.stop() }
        if let port = receiver.port {
            self.request.address = try HostAddress(host: self.request.address.host, port: port)
            HostKeeper.say("listening at \(self.request.address) with no program yet")
        } else {
            HostKeeper.say("dialling \(self.request.address) with no program yet")
        }
        while true {
            if let path = receiver.path { return path }
            let event = ChildProgram.wait(nil, signals, until: MonotonicClock.now + Self.pace)
            if case .termination = event { return nil }
        }
    }
}

#endif
