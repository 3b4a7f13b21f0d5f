// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// Whether workers can read arrays where their caller has them, as both sides tell each other in the first page of an arena.
///
/// The system decides: root can, and others where Yama does not keep processes from their parents' memory (`ptrace_scope` of 0).
/// A caller whose workers could not, or have not tried in the time that a copy takes, copies arrays into the arena.
struct CallerMemory: Sendable {
    /// Where no array is placed.
    static let pageByteCount = 4096

    private static let refused = 24
    private static let accepted = 32

    private let arena: MemoryArena

    /// What the caller has said: its id, where a number is in its memory, and which.
    private let words: [UInt64]

    private init(_ arena: MemoryArena, _ words: [UInt64]) {
        self.arena = arena
        self.words = words
    }

    // MARK: - In the caller

    /// Tells workers what to try.
    ///
    /// - Parameters:
    ///   - arena: Whose workers.
    ///   - probe: A number that stays where it is.
    static func offer(_ arena: MemoryArena, _ probe: UnsafePointer<UInt64>) {
        let words = unsafe [UInt64(ProcessIdentity.pid), UInt64(UInt(bitPattern: probe)), probe.pointee, 0, 0]
        // Where there is no memory for it nobody tries.
        unsafe words.withUnsafeBytes { bytes in try? unsafe arena.write(bytes, at: 0) }
    }

    /// Whether workers can, as far as is known.
    ///
    /// - Parameters:
    ///   - arena: Whose workers.
    ///   - limit: How long to wait for the first worker to try, in nanoseconds: they may be about to come up.
    /// - Returns: Whether one has, and none has failed.
    static func isReadable(_ arena: MemoryArena, waitingFor limit: UInt64) -> Bool {
        let deadline = MonotonicClock.now + limit
        while true {
            let words = Self.read(arena)
            let isKnown = words[Self.refusedWord] != 0 || words[Self.acceptedWord] != 0
            if isKnown || MonotonicClock.now >= deadline {
                return words[Self.refusedWord] == 0 && words[Self.acceptedWord] == 1
            }
            // Nothing to wake it: workers write into a file that nobody has mapped.
            WaitWord().wait(while: 0, until: min(deadline, MonotonicClock.now + Self.look))
        }
    }

    private static let refusedWord = Self.refused / 8
    private static let acceptedWord = Self.accepted / 8

    /// How often to look, in nanoseconds.
    private static let look: UInt64 = 200_000

    private static func read(_ arena: MemoryArena) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: 5)
        unsafe words.withUnsafeMutableBytes { bytes in try? unsafe arena.read(into: bytes, at: 0) }
        return words
    }

    // MARK: - In a worker

    /// Tries, and tells the caller.
    static func tried(_ arena: MemoryArena) -> CallerMemory {
        let memory = CallerMemory(arena, Self.read(arena))
        var found: UInt64 = 0
        let isRead = unsafe withUnsafeMutableBytes(of: &found) { unsafe memory.copy(UInt(memory.words[1]), into: $0) }
        if isRead, found == memory.words[2] { memory.note(Self.accepted) } else { memory.note(Self.refused) }
        return memory
    }

    /// It cannot be read any more.
    private struct Unreadable: Error {}

    /// Copies what the caller has at an address.
    ///
    /// - Throws: When it cannot be read; the caller lends no more then.
    func read(_ address: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        unsafe HugePages.advise(buffer.baseAddress, byteCount: buffer.count)
        if unsafe self.copy(UInt(bitPattern: address), into: buffer) { return }
        self.note(Self.refused)
        throw Unreadable()
    }

    private func copy(_ address: UInt, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard self.words[0] > 0, let pid = Int32(exactly: self.words[0]) else { return false }
        return unsafe ProcessMemory.read(pid, address, into: buffer)
    }

    private func note(_ place: Int) {
        var one: UInt64 = 1
        unsafe withUnsafeBytes(of: &one) { bytes in try? unsafe self.arena.write(bytes, at: place) }
    }
}
