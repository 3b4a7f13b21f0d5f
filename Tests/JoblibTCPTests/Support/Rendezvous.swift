// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Synchronization

/// A folder by which a test and tasks of its hosts wait for each other.
final class Rendezvous: Sendable {
    let path = NSTemporaryDirectory() + "joblib-\(UUID().uuidString)"

    init() { mkdir(self.path, 0o700) }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// The tasks that have begun, once for each time that they did.
    var begun: [(index: Int, pid: Int32)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? []
        return names.filter { $0.hasPrefix("begun-") }
            .compactMap { name in
                let parts = name.split(separator: "-")
                guard parts.count >= 3, let index = Int(parts[1]), let pid = Int32(parts[2]) else { return nil }
                return (index, pid)
            }
    }

    /// Waits until something is so.
    ///
    /// - Throws: When it is not within 30 s.
    func wait(_ what: String, within seconds: Double = 30, until condition: () throws -> Bool) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        while try !condition() {
            guard Date() < end else { throw HostFault(description: "waited \(seconds) s in vain: \(what)") }
            usleep(2000)
        }
    }

    /// Waits until so many tasks have begun.
    func waitForBegun(_ count: Int) throws {
        try self.wait("\(count) tasks begin") { self.begun.count >= count }
    }

    /// Lets tasks end that wait: one, or all.
    func open(_ index: Int? = nil) { close(creat("\(self.path)/\(index.map { "go-\($0)" } ?? "go")", 0o600)) }

    /// Lets one end in one process, of those that have it.
    func open(_ index: Int, in pid: Int32) { close(creat("\(self.path)/go-\(index)-\(pid)", 0o600)) }

    /// Whether one has ended in a process since it was cancelled.
    func isCancelled(_ index: Int, in pid: Int32) -> Bool {
        access("\(self.path)/cancelled-\(index)-\(pid)", F_OK) == 0
    }
}

/// A call that runs while a test does something else.
final class BackgroundCall<Output: Sendable>: Sendable {
    private let result = Mutex<Result<Output, any Error>?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () throws -> Output) {
        Thread.detachNewThread {
            let result = Result(catching: body)
            self.result.withLock { $0 = result }
            self.semaphore.signal()
        }
    }

    /// Whether it is over.
    var isOver: Bool { self.result.withLock { $0 != nil } }

    /// Waits for it.
    ///
    /// - Throws: What it has thrown, or that it takes too long.
    func value(within seconds: Double = 60) throws -> Output {
        guard self.semaphore.wait(timeout: .now() + seconds) == .success else {
            throw HostFault(description: "the call is not over after \(seconds) s")
        }
        self.semaphore.signal()
        guard let result = self.result.withLock({ $0 }) else { throw HostFault(description: "no result") }
        return try result.get()
    }
}

#endif
