// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Synchronization

/// Stands between whoever dials and whoever listens, and can end a connection for the former alone, as a router does that was started again.
final class HalfOpenRelay: Sendable {
    private struct Link {
        /// The socket to whoever has dialled, and the one to whoever listens.
        let near: Int32
        let far: Int32

        /// Whether the end of the former is not passed on.
        var isHalfOpen = false
    }

    private let listener: Int32
    private let links = Mutex<[Link]>([])

    /// Where whoever dials finds it.
    let address: String

    /// Begins to listen on this machine.
    ///
    /// - Parameter target: Where whoever listens does so.
    /// - Throws: ``HostFault`` when the system has no socket.
    init(to target: String) throws {
        let port = Int(target.split(separator: ":").last ?? "") ?? 0
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard Sockets.bind(self.listener), listen(self.listener, 16) == 0 else {
            throw HostFault(description: "cannot listen: \(errno)")
        }
        self.address = "127.0.0.1:\(Sockets.port(of: self.listener))"
        let listener = self.listener
        Thread.detachNewThread { [weak self] in
            while true {
                let near = accept(listener, nil, nil)
                guard near >= 0 else { return }
                _ = fcntl(near, F_SETFD, FD_CLOEXEC)
                let far = Sockets.connect(toPort: port)
                guard far >= 0, let self else {
                    close(near)
                    continue
                }
                self.join(near, far)
            }
        }
    }

    // Sockets of connections stay open until the process ends: there are a handful, and none may get the number of another.
    deinit {
        shutdown(self.listener, Int32(SHUT_RDWR))
        close(self.listener)
    }

    private func join(_ near: Int32, _ far: Int32) {
        let number = self.links.withLock { links in
            links.append(Link(near: near, far: far))
            return links.count - 1
        }
        for (source, sink) in [(near, far), (far, near)] {
            Thread.detachNewThread { [weak self] in
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                while true {
                    let count = unsafe recv(source, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    _ = unsafe send(sink, buffer, count, Int32(MSG_NOSIGNAL))
                }
                guard self?.links.withLock({ $0[number].isHalfOpen }) != true else { return }
                shutdown(sink, Int32(SHUT_RDWR))
            }
        }
    }

    /// How many connections there ever were.
    var connectionCount: Int { self.links.withLock { $0.count } }

    /// Ends all connections for whoever has dialled, and tells whoever listens nothing.
    func halve() {
        let nearEnds = self.links.withLock { links in
            for index in links.indices { links[index].isHalfOpen = true }
            return links.map(\.near)
        }
        for near in nearEnds {
            Sockets.reset(near)
            shutdown(near, Int32(SHUT_RDWR))
        }
    }

    /// Whether whoever listens has ended a connection, counted from 0.
    func isEnded(_ number: Int) -> Bool {
        let far = self.links.withLock { $0[number].far }
        return Sockets.isClosed(far)
    }

    /// Ends what is left of a connection for whoever listens, too.
    func finish(_ number: Int) { shutdown(self.links.withLock { $0[number].far }, Int32(SHUT_RDWR)) }
}

#endif
