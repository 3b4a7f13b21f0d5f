// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import ContenderProtocol
import Glibc
import Joblib
import Work

/// A hundred workers, which keep one coordinator busy by sleeping.
enum SleepingWorks {
    /// A host has seldom a hundred CPUs.
    private static let (hosts, slots) = (4, 25)

    static let all = [
        Contender("tcp-sleep", "swift-joblib tcp", .onThread { try Self.naps($0.count) { seconds, _ in seconds } }),
        Contender(
            "tcp-sleep-cpu",
            "swift-joblib tcp",
            .onThread { try Self.naps($0.count) { seconds, busySeconds in busySeconds / seconds } }
        ),
    ]

    /// Takes a figure of how long tasks have taken, and of how long this process was busy with them.
    private static func naps(
        _ count: Int,
        _ figure: @escaping (_ seconds: Double, _ busySeconds: Double) -> Double
    ) throws -> () throws -> Double {
        let call = try LocalHosts(Self.hosts, slots: Self.slots).call(preDispatch: .all, batchSize: 1)
        let tasks = (0..<count).map { _ in Delayed(Nap(microseconds: 10_000)) }
        return {
            let before = Self.busySeconds
            let seconds = try timed { _ = try call(tasks) }
            return figure(seconds, Self.busySeconds - before)
        }
    }

    private static var busySeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}

struct Nap: PortableTask {
    // As `@Portable` writes it.
    static let isCodedMemberwise = true

    var microseconds: UInt32
    func run() { usleep(self.microseconds) }
}

#endif
