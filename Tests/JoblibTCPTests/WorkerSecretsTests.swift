// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Testing

/// What workers on other hosts, which run the program's tasks, know of the token: nothing; S10 of docs/security.md.
@Suite("Workers and the token", .timeLimit(.minutes(1)), .serialized)
struct WorkerSecretsTests {
    init() { registerTCPBackend() }

    /// A sanitizer maps terabytes, which nobody can look through.
    private static let isSanitized: Bool = {
        if unsafe dlsym(nil, "__asan_init") != nil { return true }
        return unsafe dlsym(nil, "__tsan_init") != nil
    }()

    @Test(
        "S10: the token is nowhere in the memory of a worker",
        .disabled(if: Self.isSanitized, "a sanitizer maps terabytes")
    )
    func memory() throws {
        let cluster = try TestCluster(1)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        let secret = Data(cluster.token.secretText.utf8)
        for worker in rendezvous.begun {
            // What its task was given is there, by which it is seen that the token would be found.
            #expect(try Self.contains(Data(rendezvous.path.utf8), worker.pid), "worker \(worker.pid)")
            #expect(try !Self.contains(secret, worker.pid), "worker \(worker.pid)")
        }
        rendezvous.open()
        #expect(try call.value().count == 2)
    }

    @Test(
        "S10: a worker that crashes tells nothing of it, in the error and where its host writes",
        arguments: [Fatal.Kind.trap, .kill]
    )
    func crash(_ kind: Fatal.Kind) throws {
        let cluster = try TestCluster(1, ["SWIFT_BACKTRACE": "enable=yes,registers=all,images=all,color=no"])
        let failure = try #require(throws: TaskFailure.self) {
            try cluster.parallel(2)((0..<2).map { Delayed(Fatal(index: $0, culprit: 1, kind: kind)) })
        }
        #expect(
            !"\(failure)".contains(cluster.token.secretText)
                && !cluster.hosts[0].text.contains(cluster.token.secretText)
        )
    }

    /// Whether bytes are anywhere in the memory that a process has written to.
    private static func contains(_ bytes: Data, _ pid: Int32) throws -> Bool {
        let maps = try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)
        let memory = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        try #require(memory >= 0, "the memory of process \(pid) may not be read: \(errno)")
        defer { close(memory) }
        var regionCount = 0
        for line in maps.split(separator: "\n") {
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard ends.count == 2, words[1].hasPrefix("rw"), ends[1] - ends[0] <= 256 << 20 else { continue }
            var region = Data(count: Int(ends[1] - ends[0]))
            let count = unsafe region.withUnsafeMutableBytes { buffer in
                unsafe pread(memory, buffer.baseAddress, buffer.count, off_t(ends[0]))
            }
            guard count > 0 else { continue }
            regionCount += 1
            if region.prefix(count).range(of: bytes) != nil { return true }
        }
        try #require(regionCount > 3)
        return false
    }
}

#endif
