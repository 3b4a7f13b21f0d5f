// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Joblib
import JoblibCluster
import Testing

@testable import JoblibTCP

/// What people read of hosts that call themselves, or say, what nobody should have on a terminal.
@Suite("Texts of other hosts", .timeLimit(.minutes(2)), .serialized)
struct HostTextsTests {
    /// Clears a terminal, ends a line, and turns around what follows; and is long.
    private static let garbage = "\u{1b}[2Jno\u{7}de\r\n\u{202e}\u{2066}" + String(repeating: "x", count: 600)

    /// How the name is shown.
    private static let shown = "?[2Jno?de????xxx"

    init() { registerTCPBackend() }

    /// A host of that name, which does something with a batch, and something with a session.
    private func host(
        _ token: ClusterToken,
        open: @escaping @Sendable (Connection, GrantNumber) -> Void = { _, _ in },
        run: @escaping @Sendable (Connection, BatchNumber) -> Void = { _, _ in }
    ) throws -> FakePeer {
        try FakePeer.host(slots: 1, token, name: Self.garbage) { connection, message in
            switch message {
            case .open(let grant, _, _): open(connection, grant)
            case .run(let batch, _, _): run(connection, batch)
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
    }

    private func error(_ address: String, _ token: ClusterToken, _ more: BackendParameter...) throws -> any Error {
        let cluster = TestCluster([address], token)
        let loop = Parallel(backend: .tcp, backendParams: cluster.parameters(1, [.idempotent(false)] + more))
        return try #require(throws: (any Error).self) { try loop((0..<3).map { Delayed(Root(of: Double($0))) }) }
    }

    /// Nothing in a text moves a cursor or turns text around, but that lines end, and it is not endless.
    private func expectPrintable(
        _ text: String,
        showing: String = Self.shown,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let bad = text.unicodeScalars.filter {
            switch $0.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: $0 != "\n"
            default: false
            }
        }
        #expect(bad.isEmpty, "\(bad.map(\.value)) in \(text.debugDescription)", sourceLocation: location)
        #expect(text.contains(showing), "\(text.debugDescription)", sourceLocation: location)
        #expect(text.count < 3000, "\(text.count) characters", sourceLocation: location)
    }

    @Test("A task whose worker has died there names the host, once that can be shown")
    func died() throws {
        let token = ClusterToken.generate()
        let host = try self.host(
            token,
            run: { connection, batch in
                let death = WorkerDeathNotice(
                    signal: 4,
                    hasTimedOut: false,
                    description: Self.garbage,
                    ranOutOfMemory: false,
                    taskIndex: 0,
                    pid: 17,
                    stackTrace: "one\n" + Self.garbage
                )
                connection.send(.failed(batch, .died(death)))
            }
        )
        defer { host.stop() }
        let failure = try #require(try self.error(host.address, token) as? TaskFailure)
        self.expectPrintable("\(failure)")
        self.expectPrintable(failure.worker.host)
        #expect(failure.worker.pid == 17 && failure.worker.host.contains(host.address))
    }

    @Test("A task that is lost with a host names it", arguments: [true, false])
    func lost(_ saysSo: Bool) throws {
        let token = ClusterToken.generate()
        let host = try self.host(
            token,
            run: { connection, batch in
                if saysSo { connection.send(.failed(batch, .lost(Self.garbage))) } else { connection.close() }
            }
        )
        defer { host.stop() }
        self.expectPrintable("\(try self.error(host.address, token))", showing: saysSo ? "?[2Jno?de" : Self.shown)
    }

    @Test("A session that a host refuses says why, whatever that is")
    func refused() throws {
        let token = ClusterToken.generate()
        let host = try self.host(
            token,
            open: { connection, grant in
                connection.send(.refused(grant, GrantRefusal(code: Self.garbage, detail: Self.garbage)))
            },
            run: { connection, batch in connection.send(.failed(batch, .returned)) }
        )
        defer { host.stop() }
        self.expectPrintable("\(try self.error(host.address, token))", showing: "?[2Jno?de")
    }

    @Test("A host of another build is named in the refusal")
    func otherBuild() throws {
        let token = ClusterToken.generate()
        let host = try FakePeer.host(token, name: Self.garbage, build: Self.garbage) { _, _ in }
        defer { host.stop() }
        let error = try #require(try self.error(host.address, token) as? ParallelError)
        #expect(error.code == .handshakeRejected)
        self.expectPrintable("\(error)")
    }

    @Test("A host that is not wanted any more is named among those that have not come")
    func excluded() throws {
        let token = ClusterToken.generate()
        let honest = try TestCluster(1, slots: 1, token: token)
        let host = try self.host(token, run: { connection, _ in connection.write(raw: [0, 0, 0, 0]) })
        defer { host.stop() }
        let cluster = TestCluster([honest.addresses[0], host.address], token)
        // The call that finds it out three times, and goes on without it.
        for _ in 0..<3 {
            let wait = BackendParameter.waitForWorkers(atLeast: 2, within: .seconds(2))
            guard (try? cluster.parallel(nil, wait)((0..<20).map { Delayed(Root(of: Double($0))) })) != nil else {
                break
            }
        }
        let wait = BackendParameter.waitForWorkers(atLeast: 2, within: .seconds(1))
        let error = try #require(throws: ParallelError.self) {
            try cluster.parallel(nil, wait)([Delayed(Root(of: 1))])
        }
        #expect(error.detail.contains("not wanted"), "\(error)")
        self.expectPrintable("\(error)")
    }

    @Test("What a host says of its coordinator can be shown")
    func coordinator() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 1, token)
        let peer = try FakePeer.coordinator(try host.address, token, name: Self.garbage) { _ in }
        try host.wait(for: "works for")
        peer.stop()
        try host.wait(for: "no longer works for")
        self.expectPrintable(host.text)
    }
}

#endif
