// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// A program that was started, with pipes to it and from it; in a process group of its own, with all that it starts.
final class ChildProcess {
    let pid: pid_t

    /// Where to write what it reads; closed by `end`.
    private var input: Int32

    private let output: Int32

    /// A file without a name that takes what it says of errors.
    private let errors: UnsafeMutablePointer<FILE>

    private var unread: [UInt8] = []
    private var status: Int32?

    /// Starts a program, which is looked for in `PATH`.
    init(_ arguments: [String], environment: [String] = []) throws {
        let (toChild, fromChild) = (try Self.pipe(), try Self.pipe())
        (self.input, self.output) = (toChild.write, fromChild.read)
        guard let errors = tmpfile() else { throw Failure("no temporary file") }
        self.errors = errors

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild.read, 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild.write, 1)
        posix_spawn_file_actions_adddup2(&actions, fileno(errors), 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))

        var pid: pid_t = 0
        let status = Self.withStrings(arguments) { strings in
            Self.withStrings(environment + Self.inheritedEnvironment) { environment in
                posix_spawnp(&pid, arguments[0], &actions, &attributes, strings, environment)
            }
        }
        close(toChild.read)
        close(fromChild.write)
        self.pid = pid
        guard status == 0 else {
            self.status = 127
            throw Failure("\(arguments[0]): \(String(cString: strerror(status)))")
        }
    }

    deinit {
        self.end()
        close(self.output)
        fclose(self.errors)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    func write(_ line: String) throws {
        let bytes = Array("\(line)\n".utf8)
        guard Glibc.write(self.input, bytes, bytes.count) == bytes.count else {
            self.end()
            throw Failure(self.lastWords)
        }
    }

    /// The next line; nil if none has come in the time.
    func line(within limit: Duration) throws -> String? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let end = self.unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { self.unread.removeSubrange(...end) }
                return String(decoding: self.unread[..<end], as: UTF8.self)
            }
            guard try self.read(until: deadline) else { return nil }
            if self.status != nil { throw Failure(self.lastWords) }
        }
    }

    /// All that it prints, and its status when it has ended.
    func finish(within limit: Duration) throws -> (output: String, errors: String, status: Int32) {
        let deadline = ContinuousClock.now + limit
        while self.status == nil {
            guard try self.read(until: deadline) else { throw Failure("took longer than \(limit)") }
        }
        return (String(decoding: self.unread, as: UTF8.self), self.errorText, self.status ?? 0)
    }

    /// Ends it and all that it started: by the end of its input, and by force if that does not do it.
    func end(patience: Duration = .seconds(2)) {
        if self.input >= 0 { close(self.input) }
        self.input = -1
        let deadline = ContinuousClock.now + patience
        while self.status == nil, ContinuousClock.now < deadline { if !self.reap(WNOHANG) { usleep(1000) } }
        // The group, since helpers may outlive their parent.
        if self.pid > 0 { kill(-self.pid, SIGKILL) }
        while self.status == nil, !self.reap(0) {}
    }

    /// Reads something, or waits for the process when the output has ended; false when the time is over.
    private func read(until deadline: ContinuousClock.Instant) throws -> Bool {
        try Interrupt.check()
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { return false }
        var poll = pollfd(fd: self.output, events: Int16(POLLIN), revents: 0)
        // Rounded up, or the last millisecond would be spent spinning.
        guard Glibc.poll(&poll, 1, Int32(min(left / .milliseconds(1), 3_600_000).rounded(.up))) > 0 else {
            try Interrupt.check()
            return ContinuousClock.now < deadline
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(self.output, &buffer, buffer.count)
        if count > 0 { self.unread += buffer[..<count] } else { while !self.reap(0) {} }
        return true
    }

    /// Whether it has ended.
    private func reap(_ options: Int32) -> Bool {
        if self.status != nil { return true }
        var status: Int32 = 0
        guard waitpid(self.pid, &status, options) == self.pid else { return false }
        self.status = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        return true
    }

    /// What is said of it when it ends without an answer.
    private var lastWords: String {
        let errors = self.errorText.split(separator: "\n").last.map { ": \($0)" } ?? ""
        let status = self.status ?? 0
        return (status > 128 ? "ended by signal \(status - 128)" : "ended with status \(status)") + errors
    }

    private var errorText: String {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(fileno(self.errors), &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        // Other children must not hold them open.
        guard Glibc.pipe(&ends) == 0 else { throw Failure("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static var inheritedEnvironment: [String] {
        var strings: [String] = []
        var next = environ
        while let string = next.pointee {
            strings.append(String(cString: string))
            next += 1
        }
        return strings
    }

    private static func withStrings<T>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> T
    ) -> T {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
