// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Testing

/// Addresses where connections do not even come about, as behind a firewall that says nothing.
@Suite("Addresses that do not answer", .timeLimit(.minutes(1)), .serialized)
struct UnansweredTests {
    init() { registerTCPBackend() }

    @Test("are given up after five seconds, by a call and by a host, which name them")
    func unanswered() throws {
        let full = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(Sockets.bind(full) && listen(full, 0) == 0)
        let port = Sockets.port(of: full)
        // Whoever comes when its queue is full hears nothing. The first few are in it, and nobody takes them out.
        let others = (0..<4).map { _ in Thread(block: { _ = Sockets.connect(toPort: port) }) }
        for other in others { other.start() }
        defer { close(full) }
        try Rendezvous().wait("its queue is full") { Self.queued(at: port) >= 1 }
        let address = "127.0.0.1:\(port)"
        let token = ClusterToken.generate()
        let host = try HostRun.dialling(address, slots: 1, token)
        let start = ContinuousClock.now
        let error = try #require(throws: ParallelError.self) {
            let wait = BackendParameter.waitForWorkers(within: .seconds(7))
            _ = try Parallel(backend: .tcp, backendParams: [.workers([address]), .token(token), wait])([
                Delayed(Root(of: 1))
            ])
        }
        #expect(error.code == .noWorkers && error.detail.contains("\(address): no answer within 5 s"), "\(error)")
        #expect(ContinuousClock.now - start < .seconds(12))
        try host.wait(for: "\(address): no answer within 5 s")
    }

    /// How many connections wait to be accepted at a port of this machine.
    private static func queued(at port: Int) -> Int {
        let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        let place = ":" + String(port + 0x10000, radix: 16, uppercase: true).suffix(4)
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            // State 0A is that of one that listens, whose receive queue is that of its connections.
            guard words.count > 4, words[1].hasSuffix(place), words[3] == "0A" else { continue }
            return words[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
        }
        return 0
    }
}

#endif
