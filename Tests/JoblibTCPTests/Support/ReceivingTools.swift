// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import Foundation
import JoblibCluster
import JoblibTCP
import TestProcesses
import Testing

/// What tests of `joblib-worker --accept-executables` have in common: a token, a cache, and who offers something.
class ReceivingTools {
    let token = ClusterToken.generate()
    let folder: URL
    let tokenFile: String

    /// Where executables are kept; joblib-worker makes it.
    var cache: String { self.folder.appending(path: "a/cache").path }

    init() throws {
        registerTCPBackend()
        self.folder = FileManager.default.temporaryDirectory.appending(path: "joblib-executables-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: self.folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        self.tokenFile = self.folder.appending(path: "token").path
        let isMade = FileManager.default.createFile(
            atPath: self.tokenFile,
            contents: Data(self.token.secretText.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        try #require(isMade)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    func tool(
        _ kind: [String] = ["listen", "127.0.0.1:0"],
        _ more: [String] = [],
        before: String = ""
    ) throws -> HostRun {
        let options = ["--slots", "2", "--token-file", self.tokenFile, "--accept-executables", "--cache", self.cache]
        return try HostRun(
            ["JOBLIB_TEST_BEFORE": before],
            program: BuildProducts.program("joblib-worker"),
            arguments: kind + options + more
        )
    }

    var cached: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: self.cache)) ?? []).sorted()
    }

    /// A coordinator that offers bytes, and what it is answered.
    func offer(
        _ bytes: [UInt8],
        hash: [UInt8]? = nil,
        to tool: HostRun,
        _ behaviour: FakePeer.Behaviour? = nil
    ) throws -> String {
        let offer = ExecutableOffer(
            name: "program",
            byteCount: UInt64(bytes.count),
            hash: hash ?? Array(SHA256.hash(data: bytes))
        )
        let honest: FakePeer.Behaviour = { connection, message in
            guard case .fetch(let position) = message else { return }
            let end = min(Int(position) + ExecutableAssembly.largestPiece, bytes.count)
            connection.send(.piece(position, Array(bytes[Int(position)..<end])))
        }
        let peer = try FakePeer.coordinator(try tool.address, self.token, behaviour ?? honest) {
            $0.send(.offer(offer))
        }
        defer { peer.stop() }
        var answer: String?
        try Rendezvous()
            .wait("it answers: \(tool.text)") {
                for case .unusable(let why) in peer.received { answer = why }
                return answer != nil
            }
        return try #require(answer)
    }
}

#endif
