// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import NIOCore

/// Has connections of one event loop that have much to send do so in turns, between which the loop does everything else.
///
/// Encrypting takes as long as the network does, or longer: without it whoever has gigabytes to send keeps the loop, and others hear no
/// heartbeat meanwhile.
// SAFETY: touched on the event loop of its connections alone.
final class WriteTurns: @unchecked Sendable {
    /// How many bytes a connection hands over in a turn: for some milliseconds of encrypting.
    static let byteCount = 8 << 20

    /// How long the loop has between two turns.
    ///
    /// It looks at its sockets once nothing is due at that moment: what is due at once would keep it from that.
    private static let pause = TimeAmount.microseconds(50)

    private var line: CircularBuffer<Connection> = []
    private var isPlanned = false

    /// Whether some wait for their turn.
    var isBusy: Bool { !self.line.isEmpty }

    /// Has a connection called when it is its turn.
    func enter(_ connection: Connection) {
        self.line.append(connection)
        self.plan(on: connection.channel.eventLoop)
    }

    private func plan(on loop: any EventLoop) {
        if self.isPlanned { return }
        self.isPlanned = true
        loop.scheduleTask(in: Self.pause) { self.next(on: loop) }
    }

    private func next(on loop: any EventLoop) {
        self.isPlanned = false
        // It enters again, behind those that wait, if it has more.
        self.line.popFirst()?.takeTurn()
        if self.isBusy { self.plan(on: loop) }
    }
}

#endif
