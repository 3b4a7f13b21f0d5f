// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import Testing

@testable import JoblibTCP

@Suite("What a host writes for whoever keeps it", .timeLimit(.minutes(1)))
struct HostLineTests {
    private static let second: UInt64 = 1_000_000_000

    private static let reason =
        "another build of the program: a runs 'p' (build 1), and b runs 'p' (build 2); run the same"

    private static let lines: [HostLine] = [
        .listening(at: "0.0.0.0:7077", .init(workers: 1, credentials: "token a-b")),
        .listening(at: "[::1]:4711", .init(workers: 24, credentials: "certificate 'a', of b")),
        .dialling("desk:7077", .init(workers: 2, credentials: "plaintext")), .serves("desk:4711", at: "10.0.0.7:50312"),
        .serves("desk:4711 at home", at: "[fe80::1]:1"), .leaves("desk:4711", reason: "it is gone: nothing was heard"),
        .otherBuild(at: nil, reason: Self.reason), .otherBuild(at: "desk:7077", reason: Self.reason),
        .other("leaves when it has done what it has begun"), .other(""),
        .other("turned away: the token does not match"),
        .other("desk:7077: nobody listens there"), .other("listening to nobody"), .other("works for nobody"),
    ]

    @Test("is read as it was written", arguments: lines)
    func roundTrip(_ line: HostLine) {
        #expect(line.text.hasPrefix("joblib host: ") && !line.text.contains("\n"))
        #expect(HostLine(line.text) == line)
    }

    @Test("is told from what its tasks write")
    func others() {
        for text in ["", "a task: another build of the program: x", " joblib host: works for a at b", "joblib host"] {
            #expect(HostLine(text) == nil)
        }
    }

    @Test("says of another build what greetings say of it")
    func otherBuild() throws {
        var (one, other) = (Greeting.ofThisProcess(role: .host, slots: 1).identity, ProgramIdentity.ofThisProgram)
        (one.build, other.build) = ("one", "two")
        let refusal = try #require(one.refusal(of: other, at: "there", from: "here"))
        #expect(HostLine.refusal(refusal.detail, at: nil) == .otherBuild(at: nil, reason: refusal.detail))
        other.build = "one"
        other.architecture = "another"
        let third = try #require(one.refusal(of: other, at: "there", from: "here"))
        #expect(HostLine.refusal(third.detail, at: nil) == .other("turned away: \(third.detail)"))
    }

    @Test("tells of few strangers in an hour, and of another build whenever one comes")
    func quota() {
        var quota = RefusalQuota()
        var count = 0
        for index in 0..<1000 { count += quota.lines(of: "no token", at: UInt64(index)).count }
        // The last one says that there are no more.
        #expect(count == RefusalQuota.largestCount + 1)
        let other = HostLine.otherBuild(at: nil, reason: Self.reason)
        for index in 1..<100 {
            let now = UInt64(index) * Self.second
            let lines = quota.lines(of: Self.reason, at: now) + quota.lines(of: Self.reason, at: now + 1)
            #expect(lines == [other])
        }
        let later = quota.lines(of: "no token", at: 3600 * Self.second)
        #expect(later.count == 1)
    }
}

#endif
