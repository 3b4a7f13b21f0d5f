// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import JoblibTCP

/// Is given executables, and keeps hosts of them.
struct ExecutableKeeper {
    /// For how long one is refused that has failed to be a host, in nanoseconds: it need not be its own fault.
    private static let refusalTime: UInt64 = 600_000_000_000

    private var request: HostRequest
    private let credentials: ClusterCredentials
    private let cache: ExecutableCache
    private let startLimit: UInt64

    /// What is not taken again.
    private var unusable = UnusableExecutables()

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
    mutating func run(_ signals: borrowing TerminationSignals.Inbox) throws -> Int32 {
        while true {
            guard let path = try self.receive(signals) else { return 0 }
            var keeper = HostKeeper(self.request, program: path, .init(startLimit: self.startLimit, isCached: true))
            switch try keeper.run(signals) {
            case .ended(let status): return status
            case .outdated: break
            case .failed(let failure, let lines): self.refuse(path, failure, lines)
            }
        }
    }

    /// Takes note of a program that is no host here; its coordinator is told when it offers it again, which it does at once.
    private mutating func refuse(_ path: String, _ failure: WorkerFailure, _ lines: [String]) {
        let said = lines.isEmpty ? "" : "; it has written last: \(lines.joined(separator: " | "))"
        HostKeeper.say("\(failure.detail); waits for another one")
        let key = path.split(separator: "/").last.map(String.init) ?? path
        self.unusable.add(key, failure.detail + said, until: MonotonicClock.now + Self.refusalTime)
    }

    /// Waits for an executable; `nil` when this process is asked to end.
    private mutating func receive(_ signals: borrowing TerminationSignals.Inbox) throws -> String? {
        let wakes = try ChildProgram.Wakes()
        let receiver = try ExecutableReceiver(
            listens: self.request.kind == .listening,
            at: self.request.address.description,
            slots: self.request.slots.flatMap { Int($0) } ?? cpuCount(),
            credentials: self.credentials,
            cache: self.cache,
            unusable: self.unusable,
            say: { HostKeeper.say($0) },
            didReceive: { wakes.wake() }
        )
        // The host takes its place, at the same port.
        defer {
            receiver.stop()
            self.unusable = receiver.unusable
        }
        if let port = receiver.port {
            self.request.address = try HostAddress(host: self.request.address.host, port: port)
            HostKeeper.say("listening at \(self.request.address) with no program yet")
        } else {
            HostKeeper.say("dialling \(self.request.address) with no program yet")
        }
        while true {
            if let path = receiver.path { return path }
            if case .termination = ChildProgram.wait(nil, signals, wakes) { return nil }
        }
    }
}

#endif
