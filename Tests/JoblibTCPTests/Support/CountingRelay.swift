// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Synchronization

/// Stands between a coordinator and a host, passes bytes on, and counts them.
final class CountingRelay: Sendable {
    private let listener: Int32
    private let hostPort: Int

    /// How many bytes have gone to the host, and how many have come from it.
    private let toHostCount = Atomic<Int>(0)
    private let fromHostCount = Atomic<Int>(0)

    private struct Trap {
        var byteCount = Int.max
        var body: (@Sendable () -> Void)?
    }

    private let trap = Mutex(Trap())

    /// Where the coordinator dials instead.
    let address: String

    /// Begins to listen on this machine.
    ///
    /// - Parameter host: Where the host listens.
    /// - Throws: ``HostFault`` when the system has no socket.
    init(to host: String) throws {
        self.hostPort = Int(host.split(separator: ":").last ?? "") ?? 0
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw HostFault(description: "no socket") }
        self.listener = listener
        guard Sockets.bind(listener), listen(listener, 16) == 0 else { throw HostFault(description: "cannot listen") }
        self.address = "127.0.0.1:\(Sockets.port(of: listener))"
        let port = self.hostPort
        Thread.detachNewThread { [weak self] in
            while true {
                let near = accept(listener, nil, nil)
                guard near >= 0 else { return }
                let far = Sockets.connect(toPort: port)
                guard far >= 0 else {
                    close(near)
                    continue
                }
                Self.pass(from: near, to: far) { self?.count(toHost: $0) }
                Self.pass(from: far, to: near) { _ = self?.fromHostCount.wrappingAdd($0, ordering: .relaxed) }
            }
        }
    }

    deinit { shutdown(self.listener, Int32(SHUT_RDWR)) }

    private static func pass(from source: Int32, to target: Int32, _ count: @escaping @Sendable (Int) -> Void) {
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 256 << 10)
            while true {
                let got = unsafe read(source, &buffer, buffer.count)
                guard got > 0 else { break }
                count(got)
                var sent = 0
                while sent < got {
                    let written = unsafe buffer.withUnsafeBytes { bytes in
                        unsafe send(target, bytes.baseAddress! + sent, got - sent, Int32(MSG_NOSIGNAL))
                    }
                    guard written > 0 else { break }
                    sent += written
                }
                guard sent == got else { break }
            }
            shutdown(source, Int32(SHUT_RDWR))
            shutdown(target, Int32(SHUT_RDWR))
        }
    }

    private func count(toHost count: Int) {
        let total = self.toHostCount.wrappingAdd(count, ordering: .relaxed).newValue
        let body = self.trap.withLock { trap in
            guard total >= trap.byteCount else { return (@Sendable () -> Void)?.none }
            trap.byteCount = .max
            return trap.body
        }
        body?()
    }

    /// How many bytes have gone to the host.
    var toHost: Int { self.toHostCount.load(ordering: .relaxed) }

    /// How many bytes have come from the host.
    var fromHost: Int { self.fromHostCount.load(ordering: .relaxed) }

    /// Has something done once so many bytes more have come for the host, before the last of them are passed on.
    func after(_ byteCount: Int, _ body: @escaping @Sendable () -> Void) {
        self.trap.withLock { $0 = Trap(byteCount: self.toHost + byteCount, body: body) }
    }
}

#endif
