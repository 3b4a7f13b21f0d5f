// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

/// A second process of this very program, which outlives this one by seconds, however that ends, and tidies up behind it.
///
/// The kernel's signal for the death of a parent reaches no grandchild, and runs no program: a job that a scheduler has been given is
/// called off by a command.
public final class CommandGuard: Sendable {
    /// The variable that makes a program such a process; its value is the id of the one that is guarded.
    static let variable = "JOBLIB_COMMAND_GUARD"

    /// How long groups have for ending, and commands for being run, in nanoseconds.
    static let endTime: UInt64 = 2_000_000_000
    static let commandTime: UInt64 = 20_000_000_000

    /// After how long one is run again that searches, in nanoseconds.
    static let searchTime: UInt64 = 3_000_000_000

    private let process: CommandProcess
    private let lastNumber = Atomic<UInt64>(0)

    /// Starts the process.
    ///
    /// - Throws: ``SystemError``.
    public init() throws(SystemError) {
        self.process = try CommandProcess.start(
            [],
            environment: [Self.variable: "\(getpid())"],
            keepsInput: true,
            didEnd: { _ in }
        )
    }

    deinit { self.process.closeInput() }

    /// Has something done when this process has gone.
    ///
    /// - Returns: Its number, for ``remove(_:)``.
    public func add(_ thing: GuardedThings.Thing) -> UInt64 {
        let number = self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        self.process.write(Array(GuardedThings.line(adding: thing, number: number).utf8))
        return number
    }

    /// Takes it back.
    public func remove(_ number: UInt64) { self.process.write(Array(GuardedThings.line(removing: number).utf8)) }

    /// Whether it is there: somebody may have ended it, and it guards nothing then.
    public var isAlive: Bool { !self.process.waitForEnd(until: 0) }

    /// The process's id, for tests.
    public var pid: Int32 { self.process.pid }
}

// MARK: - The process

/// Called before `main` in the process that guards.
@c(joblib_run_command_guard)
public func runCommandGuard(_ parent: CInt) {
    // The end of what it guards is its own, and nothing else is.
    joblib_block_termination()
    var things = GuardedThings()
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
        // A copy that the program has forked may hold the pipe open.
        guard getppid() == parent else { break }
        var event = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&event, 1, 500) > 0 else { continue }
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        things.read(bytes[..<count])
    }
    endThings(things.things)
}

private func endThings(_ things: [UInt64: GuardedThings.Thing]) {
    var commands: [CommandProcess] = []
    let now = MonotonicClock.now
    for (_, thing) in things.sorted(by: { $0.key < $1.key }) {
        switch thing {
        case .group(let group) where group > 1: kill(-group, SIGTERM)
        case .group: break
        case .file(let path): unsafe unlink(path)
        case .command(let words), .search(let words):
            // Where it cannot be run there is nobody left to tell.
            if let process = try? CommandProcess.start(words, didEnd: { _ in }) { commands.append(process) }
        }
    }
    let groups = things.values.compactMap { thing -> Int32? in
        guard case .group(let group) = thing, group > 1 else { return nil }
        return group
    }
    while groups.contains(where: { kill(-$0, 0) == 0 }), MonotonicClock.now < now + CommandGuard.endTime {
        usleep(10_000)
    }
    for group in groups { kill(-group, SIGKILL) }
    let searches = things.values.compactMap { thing -> [String]? in
        guard case .search(let words) = thing else { return nil }
        return words
    }
    if !searches.isEmpty {
        let time = MonotonicClock.now
        let again = now + CommandGuard.searchTime
        if time < again { usleep(UInt32((again - time) / 1000)) }
        commands += searches.compactMap { try? CommandProcess.start($0, didEnd: { _ in }) }
    }
    for command in commands where !command.waitForEnd(until: now + CommandGuard.commandTime) { command.kill() }
}
