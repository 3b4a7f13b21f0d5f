// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore
import Synchronization

/// The launch of a cluster, which is made after what tells of hosts; and the connections of the hosts that it has started.
final class LaunchReference: Sendable {
    private struct State {
        var launch: Launch?

        /// The connections that are there, by the numbers of the orders.
        var connections: [Int: [Connection]] = [:]
    }

    private let loop: any EventLoop
    private let state = Mutex(State())

    init(on loop: any EventLoop) {
        self.loop = loop
    }

    func set(_ launch: Launch) { self.state.withLock { $0.launch = launch } }

    private var launch: Launch? { self.state.withLock { $0.launch } }

    /// Something has become of a host.
    func note(_ event: ClusterEvent) {
        guard let launch = self.launch else { return }
        switch event {
        case .joined(let host): launch.noteArrival(host.name, host.processID)
        // It is there until it has done what it has.
        case .leaving: break
        case .left(let host): launch.noteDeparture(host.name, host.processID, isForGood: true)
        case .lost(let host, _): launch.noteDeparture(host.name, host.processID, isForGood: false)
        case .excluded(let host, _): launch.noteDeparture(host.name, host.processID, isForGood: true)
        }
    }

    // MARK: - Connections; on the event loop

    /// Why a host is not to join; `nil`: it may.
    ///
    /// One whose order is over dials again as soon as it is disconnected: where it is let in it never notices that it is to end.
    func refusal(of host: Greeting) -> GreetingRefusal? {
        guard let launch = self.launch, let number = launch.order(of: host.name), launch.isOver(number) else {
            return nil
        }
        return GreetingRefusal(code: .busy, detail: "\(host.name) was started for what is over, and is to end")
    }

    /// A host has joined by a connection.
    func note(_ connection: Connection, of host: Greeting) {
        guard let launch = self.launch, let number = launch.order(of: host.name) else { return }
        self.state.withLock { $0.connections[number, default: []].append(connection) }
        connection.channel.closeFuture.whenComplete { [weak self] _ in
            self?.state
                .withLock { state in
                    state.connections[number]?.removeAll { $0 === connection }
                    if state.connections[number]?.isEmpty == true { state.connections[number] = nil }
                }
        }
        // Its order may have ended since it was asked about; the connection has no user yet who could be told.
        if launch.isOver(number) { self.loop.execute { connection.close() } }
    }

    /// Ends the connections of an order's hosts, by any thread: they end by themselves then, even where no command reaches them.
    ///
    /// - Parameters:
    ///   - number: The order.
    ///   - delay: How long they have for what they have sent to get here.
    func disconnect(_ number: Int, after delay: TimeAmount) {
        self.loop.scheduleTask(in: delay) {
            for connection in self.state.withLock({ $0.connections[number] ?? [] }) { connection.close() }
        }
    }
}

#endif
