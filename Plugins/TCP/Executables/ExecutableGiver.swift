// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import NIOCore

/// Gives this process's executable to those who are to be hosts and do not have it: piece by piece, as they ask for it.
final class ExecutableGiver: Sendable {
    private let loop: any EventLoop
    private let note: @Sendable (DialFailure) -> Void

    /// Makes a giver.
    ///
    /// - Parameters:
    ///   - loop: The event loop of all connections.
    ///   - note: Is told why somebody cannot use the executable.
    init(on loop: any EventLoop, note: @escaping @Sendable (DialFailure) -> Void) {
        self.loop = loop
        self.note = note
    }

    func makeGuest(_ connection: Connection, _ tool: Greeting) -> any Guest {
        let taker = Taker(connection, tool.name, self.loop, self.note)
        // Taking the hash may last as long as reading a large file does.
        PlatformThread.startOrRun(name: "joblib-hash") {
            let executable = OwnExecutable.shared
            self.loop.execute { taker.begin(executable) }
        }
        return taker
    }

    /// One who takes it.
    // SAFETY: what changes is touched on the event loop alone.
    private final class Taker: Guest, @unchecked Sendable {
        /// For how long it may be silent, as while it looks whether it can run what it has got.
        private static let patience = TimeAmount.seconds(60)

        /// How long it stays when it cannot use the executable, so that it is not asked again and again.
        private static let pause = TimeAmount.seconds(5)

        private let connection: Connection
        private let name: String
        private let loop: any EventLoop
        private let note: @Sendable (DialFailure) -> Void
        private var executable: OwnExecutable?
        private var deadline: Scheduled<Void>?
        private var isOver = false

        init(
            _ connection: Connection,
            _ name: String,
            _ loop: any EventLoop,
            _ note: @escaping @Sendable (DialFailure) -> Void
        ) {
            self.connection = connection
            self.name = name
            self.loop = loop
            self.note = note
        }

        func begin(_ executable: OwnExecutable?) {
            if self.isOver { return }
            guard let executable else { return self.connection.close() }
            self.executable = executable
            self.connection.send(.offer(executable.offer))
            self.waitForWord()
        }

        private func waitForWord(_ time: TimeAmount = Taker.patience) {
            self.deadline?.cancel()
            self.deadline = self.loop.scheduleTask(in: time) { [weak self] in self?.connection.close() }
        }

        func hear() {}

        func receive(_ message: HostMessage?) {
            switch message {
            // One piece at a time, so that nobody makes this process keep more.
            case .fetch(let position) where self.connection.hasSentAll:
                guard let executable = self.executable, position < executable.offer.byteCount,
                    let piece = try? executable.piece(at: position)
                else { return self.connection.close() }
                self.connection.send(.piece(position, piece))
                self.waitForWord()
            case .unusable(let why):
                let detail = "\(self.name) cannot run this program: \(why)"
                self.note(DialFailure(reason: detail, error: .handshakeRejected(detail)))
                self.waitForWord(Self.pause)
            default: self.connection.close()
            }
        }

        func endTurn() {}

        func end(_ reason: String) {
            self.isOver = true
            self.deadline?.cancel()
        }
    }
}

#endif
