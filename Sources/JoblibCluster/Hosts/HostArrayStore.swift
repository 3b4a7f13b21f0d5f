// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWorkers

/// The large arrays that a coordinator has brought to this host, each in memory that its workers find by name.
///
/// Memory grows with what has come, and never with what is promised; it is freed with the process, however that ends. What there is
/// no room for is left out, with the reason in its place: a worker whose task carries it says so.
struct HostArrayStore {
    /// What a coordinator has said that cannot be.
    struct Nonsense: Error {}

    /// How much there may be.
    struct Limits: Sendable {
        /// How many arrays: each takes a descriptor, and so does each of as many more that are refused.
        var count = Limits.count(ofDescriptors: SystemLimits.descriptors)

        /// How many bytes together.
        var byteCount: Int

        /// How many a coordinator may talk about, those included of which nothing is kept.
        var knownCount = 1 << 16

        /// Half of the memory that this process can still have: the rest is for the tasks.
        static var usual: Limits { Limits(byteCount: (AvailableMemory.byteCount ?? .max) / 2) }

        /// A quarter of the descriptors: half of them remain for workers, connections, and the program.
        static func count(ofDescriptors limit: Int?) -> Int { min(1024, (limit ?? .max) / 4) }
    }

    private struct Stored {
        /// Its elements, or why they are not here.
        let memory: MemoryArena?
        let byteCount: Int
        var received = 0
        let isRefused: Bool
    }

    private let limits: Limits
    private var arrays: [UInt64: Stored] = [:]

    /// How many bytes the arrays have together that are here, or on their way.
    private(set) var byteCount = 0

    init(_ limits: Limits) {
        self.limits = limits
    }

    var isEmpty: Bool { self.arrays.isEmpty }

    /// Takes in the next bytes of an array.
    ///
    /// - Parameters:
    ///   - piece: The bytes.
    ///   - number: The number of the array.
    ///   - byteCount: How many it has in all, the same for each piece.
    /// - Throws: ``Nonsense`` for an array of no bytes, more of them than were promised, or more arrays than anybody needs.
    mutating func take(_ piece: RawSpan, of number: UInt64, byteCount: UInt64) throws(Nonsense) {
        guard let total = Int(exactly: byteCount), total > 0, !piece.isEmpty else { throw Nonsense() }
        var stored: Stored
        if let known = self.arrays[number] { stored = known } else { stored = try self.begin(number, total) }
        guard stored.byteCount == total, piece.byteCount <= total - stored.received else { throw Nonsense() }
        let start = stored.received
        stored.received += piece.byteCount
        self.arrays[number] = stored
        guard !stored.isRefused, let memory = stored.memory else { return }
        do throws(SystemError) {
            try Self.write(piece, to: memory, at: start)
            if stored.received == total { try memory.seal() }
        } catch {
            self.byteCount -= total
            self.arrays[number] = Self.refusal(number, total, received: stored.received, "has no room here: \(error)")
        }
    }

    private mutating func begin(_ number: UInt64, _ byteCount: Int) throws(Nonsense) -> Stored {
        guard self.arrays.count < self.limits.knownCount else { throw Nonsense() }
        guard self.arrays.count < self.limits.count else {
            // There is a descriptor for the reasons of as many again.
            guard self.arrays.count < 2 * self.limits.count else {
                return Stored(memory: nil, byteCount: byteCount, isRefused: true)
            }
            return Self.refusal(
                number,
                byteCount,
                """
                has no room here, where \(self.limits.count) others are, each of which takes a descriptor; raise the limit where this host is \
                started (ulimit -n, \(SystemLimits.descriptors.map { "now \($0)" } ?? "now none")), or have fewer large arrays at once
                """
            )
        }
        guard byteCount <= self.limits.byteCount - self.byteCount else {
            let most = "\(self.limits.byteCount) bytes of them are kept at most"
            let others = self.byteCount == 0 ? "" : ", and others have \(self.byteCount)"
            return Self.refusal(number, byteCount, "has no room here, where \(most)\(others)")
        }
        do throws(SystemError) {
            let memory = try MemoryArena(name: RelayedArray.name(number))
            self.byteCount += byteCount
            return Stored(memory: memory, byteCount: byteCount, isRefused: false)
        } catch {
            return Self.refusal(number, byteCount, "has no room here: \(error)")
        }
    }

    private static func refusal(
        _ number: UInt64,
        _ byteCount: Int,
        received: Int = 0,
        _ reason: String
    ) -> Stored {
        // Where not even this can be said the task's error says less.
        let memory = try? MemoryArena(name: RelayedArray.refusalName(number))
        let words = Array(reason.utf8)
        if let memory, (try? unsafe Self.write(words.span.bytes, to: memory, at: 0)) != nil { try? memory.seal() }
        return Stored(memory: memory, byteCount: byteCount, received: received, isRefused: true)
    }

    private static func write(_ bytes: RawSpan, to memory: MemoryArena, at offset: Int) throws(SystemError) {
        let result = unsafe bytes.withUnsafeBytes { bytes -> Result<Void, SystemError> in
            do throws(SystemError) {
                return .success(try unsafe memory.write(bytes, at: offset))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Frees an array; one that is not known was freed before.
    mutating func forget(_ number: UInt64) {
        guard let stored = self.arrays.removeValue(forKey: number), !stored.isRefused else { return }
        self.byteCount -= stored.byteCount
    }

    /// Frees all.
    mutating func forgetAll() {
        self.arrays = [:]
        self.byteCount = 0
    }
}
