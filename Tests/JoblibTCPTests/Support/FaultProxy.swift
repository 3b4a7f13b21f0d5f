// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Synchronization

/// A link of this machine that breaks as its script says; in place of a network that is cut, slow, or hostile.
///
/// What is dialled at its ``address`` is passed on to a host byte by byte, on plain threads: two for each connection.
final class FaultProxy: Sendable {
    /// Which way bytes go.
    enum Direction: Int, CaseIterable, Sendable {
        case toHost, fromHost
    }

    /// What happens to the bytes of one direction of every connection.
    enum Fault: Sendable {
        /// One bit is another one.
        case flip(bit: UInt8)

        /// So many bytes are gone, or come twice.
        case drop(Int)
        case duplicate(Int)

        /// The connection ends there, with or without a word.
        case reset, close
    }

    struct Script: Sendable {
        /// What happens at which byte, counted from 0 in each connection.
        var faults: [(direction: Direction, offset: Int, fault: Fault)] = []

        /// In how many connections at most, from the first.
        var faultyConnections = Int.max

        /// For how long each piece is kept, and how many bytes pass in a second.
        var delay: Duration = .zero
        var bytesPerSecond: Int?
    }

    private struct State {
        var script = Script()
        var stalled: Set<Direction> = []
        var isRefusing = false
        var isOver = false
        var links: [Int: Link] = [:]
        var linkCount = 0
        var byteCounts = [0, 0]
        var faultCount = 0
    }

    private struct Link {
        let client: Int32
        var server: Int32
        var openEnds = 2
    }

    private let listener: Int32
    private let target: Int
    private let state: Mutex<State>
    private let condition = NSCondition()

    /// Where it listens.
    let address: String

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - target: Where what comes is passed on to, on this machine.
    ///   - script: What happens to it.
    /// - Throws: `HostFault` when the system has no port left.
    init(to target: String, _ script: Script = Script()) throws {
        var initial = State()
        initial.script = script
        self.state = Mutex(initial)
        self.target = target.split(separator: ":").last.flatMap { Int($0) } ?? 0
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard Sockets.bind(self.listener), Glibc.listen(self.listener, 64) == 0 else {
            throw HostFault(description: "no proxy: \(errno)")
        }
        self.address = "127.0.0.1:\(Sockets.port(of: self.listener))"
        let listener = self.listener
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                guard let self else {
                    close(client)
                    return
                }
                self.join(client)
            }
        }
    }

    deinit {
        self.state.withLock { $0.isOver = true }
        shutdown(self.listener, Int32(SHUT_RDWR))
        close(self.listener)
    }

    /// Ends it, with all that goes through it.
    func stop() {
        self.change { $0.isOver = true }
        shutdown(self.listener, Int32(SHUT_RDWR))
        self.cut(.reset)
    }

    // MARK: - What a test does

    /// Lets nothing through any more, as if a cable were pulled: no end is told.
    func stall(_ directions: Set<Direction> = [.toHost, .fromHost]) { self.change { $0.stalled = directions } }

    /// Lets everything through, also what was kept.
    func resume() { self.change { $0.stalled = [] } }

    /// Changes the script, for bytes that come from now on.
    func follow(_ script: Script) { self.change { $0.script = script } }

    /// Whether those who dial are turned away.
    func refuse(_ isRefusing: Bool) { self.change { $0.isRefusing = isRefusing } }

    /// Ends all connections.
    func cut(_ fault: Fault) {
        let links = self.state.withLock { Array($0.links.values) }
        for link in links { Self.end(link, fault) }
    }

    /// How many connections there ever were, and how many bytes have passed.
    var connectionCount: Int { self.state.withLock { $0.linkCount } }

    /// How often something of the script has happened.
    var faultCount: Int { self.state.withLock { $0.faultCount } }

    func byteCount(_ direction: Direction) -> Int { self.state.withLock { $0.byteCounts[direction.rawValue] } }

    private func change(_ body: (inout State) -> Void) {
        self.condition.lock()
        self.state.withLock { body(&$0) }
        self.condition.broadcast()
        self.condition.unlock()
    }

    // MARK: - What passes

    private func join(_ client: Int32) {
        guard !self.state.withLock({ $0.isRefusing || $0.isOver }) else {
            Sockets.reset(client)
            close(client)
            return
        }
        let server = Sockets.connect(toPort: self.target)
        guard server >= 0 else {
            Sockets.reset(client)
            close(client)
            return
        }
        let number = self.state.withLock { state in
            state.linkCount += 1
            state.links[state.linkCount] = Link(client: client, server: server)
            return state.linkCount
        }
        Thread.detachNewThread { self.pump(client, server, .toHost, number) }
        Thread.detachNewThread { self.pump(server, client, .fromHost, number) }
    }

    private func pump(_ source: Int32, _ sink: Int32, _ direction: Direction, _ number: Int) {
        var position = 0
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe recv(source, &buffer, buffer.count, 0)
            let script = self.state.withLock { $0.script }
            if count > 0, script.delay > .zero { Thread.sleep(forTimeInterval: script.delay / .seconds(1)) }
            guard self.pass(direction) else { break }
            guard count > 0 else {
                // Whoever was reset resets, whoever was closed closes.
                if count < 0 { Sockets.reset(sink) }
                shutdown(sink, Int32(SHUT_WR))
                break
            }
            let faults = number <= script.faultyConnections ? script.faults : []
            let due = Self.due(faults, direction, position..<position + count)
            if !due.isEmpty { self.state.withLock { $0.faultCount += due.count } }
            let (bytes, ending) = Self.apply(due, Array(buffer[..<count]), from: position)
            position += count
            guard self.send(bytes, to: sink, script.bytesPerSecond, direction) else { break }
            guard let ending else { continue }
            Self.end(Link(client: source, server: sink), ending)
            break
        }
        self.leave(number, source, sink)
    }

    /// Waits until bytes of a direction may pass; whether they ever may.
    private func pass(_ direction: Direction) -> Bool {
        self.condition.lock()
        defer { self.condition.unlock() }
        while self.state.withLock({ $0.stalled.contains(direction) && !$0.isOver }) { self.condition.wait() }
        return !self.state.withLock { $0.isOver }
    }

    private func send(_ bytes: [UInt8], to sink: Int32, _ rate: Int?, _ direction: Direction) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            // A fiftieth of a second's worth at once.
            let piece = rest.prefix(rate.map { max($0 / 50, 1) } ?? rest.count)
            if let rate { Thread.sleep(forTimeInterval: Double(piece.count) / Double(rate)) }
            let sent = unsafe piece.withUnsafeBytes {
                unsafe Glibc.send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            self.state.withLock { $0.byteCounts[direction.rawValue] += sent }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private func leave(_ number: Int, _ source: Int32, _ sink: Int32) {
        let isLast = self.state.withLock { state in
            state.links[number]?.openEnds -= 1
            guard state.links[number]?.openEnds == 0 else { return false }
            state.links[number] = nil
            return true
        }
        if isLast {
            close(source)
            close(sink)
        } else {
            // The other thread may be waiting for what will never come.
            shutdown(source, Int32(SHUT_RD))
        }
    }

    /// What happens to the bytes of a range.
    private static func due(
        _ faults: [(direction: Direction, offset: Int, fault: Fault)],
        _ direction: Direction,
        _ range: Range<Int>
    ) -> [(offset: Int, fault: Fault)] {
        faults.filter { $0.direction == direction && range.contains($0.offset) }
            .map { ($0.offset, $0.fault) }
            .sorted { $0.offset < $1.offset }
    }

    /// What becomes of bytes, and of the connection behind them.
    private static func apply(
        _ faults: [(offset: Int, fault: Fault)],
        _ bytes: [UInt8],
        from position: Int
    ) -> ([UInt8], Fault?) {
        var result: [UInt8] = []
        var next = 0
        for (offset, fault) in faults {
            let place = offset - position
            if place > next { result += bytes[next..<place] }
            next = max(next, place)
            switch fault {
            case .flip(let bit):
                result.append(bytes[place] ^ (1 << (bit & 7)))
                next = max(next, place + 1)
            case .drop(let count): next = min(place + count, bytes.count)
            case .duplicate(let count): result += bytes[place..<min(place + count, bytes.count)]
            case .reset, .close: return (result, fault)
            }
        }
        return (result + bytes[min(next, bytes.count)...], nil)
    }

    private static func end(_ link: Link, _ fault: Fault) {
        for descriptor in [link.client, link.server] {
            if case .reset = fault { Sockets.reset(descriptor) }
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
    }
}

/// Sockets of this machine, without a library.
enum Sockets {
    /// Gives a socket a port of this machine that is free.
    static func bind(_ descriptor: Int32, port: Int = 0, address source: UInt32 = 0x7f00_0001) -> Bool {
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        return unsafe self.address(port, source)
            .withUnsafeBytes {
                unsafe Glibc.bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), UInt32($0.count))
                    == 0
            }
    }

    /// The port that a socket has.
    static func port(of descriptor: Int32) -> Int {
        var address = self.address(0)
        var size = UInt32(address.count)
        unsafe address.withUnsafeMutableBytes {
            _ = unsafe getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
        }
        return Int(address[2]) << 8 | Int(address[3])
    }

    /// Connects to a port of this machine.
    ///
    /// - Parameters:
    ///   - port: The port.
    ///   - source: Its own address, of 127.0.0.0/8.
    /// - Returns: The socket; negative when nobody listens.
    static func connect(toPort port: Int, from source: UInt32 = 0x7f00_0001) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if source != 0x7f00_0001 { _ = self.bind(descriptor, address: source) }
        let result = unsafe self.address(port)
            .withUnsafeBytes {
                unsafe Glibc.connect(
                    descriptor,
                    $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                    UInt32($0.count)
                )
            }
        if result == 0 { return descriptor }
        close(descriptor)
        return -1
    }

    /// A port at which nobody listens.
    static func closedPort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        _ = self.bind(descriptor)
        return self.port(of: descriptor)
    }

    /// Whether the other end has closed the connection; what it has sent before is thrown away.
    static func isClosed(_ descriptor: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1024)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return count == 0 || errno != EAGAIN }
        }
    }

    /// Has the end of a socket be a reset.
    static func reset(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, UInt32(MemoryLayout<linger>.size))
    }

    /// Writes all of it, and reads until the other end closes, or nothing has come for so long.
    static func converse(_ descriptor: Int32, sending bytes: [UInt8], seconds: Int = 10) -> [UInt8] {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, UInt32(MemoryLayout<timeval>.size))
        _ = unsafe bytes.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }

    /// A sockaddr_in, byte by byte: which of the modules that are imported the struct is of depends on the order in which they are read.
    private static func address(_ port: Int, _ address: UInt32 = 0x7f00_0001) -> [UInt8] {
        [UInt8(AF_INET), 0, UInt8(port >> 8), UInt8(port & 0xff)]
            + (0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * $0)) } + [UInt8](repeating: 0, count: 8)
    }
}

#endif
