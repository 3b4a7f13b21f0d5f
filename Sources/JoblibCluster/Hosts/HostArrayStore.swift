// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWorkers

/// The large arrays that a coordinator has brought to this host, each in memory where its workers find it.
///
/// Memory grows with what has come, and never with what is promised; it is used again, or freed after a while, and with the process,
/// however that ends. What there is no room for is left out, with the reason in its place: a worker whose task carries it says so.
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

    /// Where an array is.
    private enum Place {
        /// In memory that is used again, of so many bytes.
        case buffer(RelayedBuffer, capacity: Int)

        /// In memory of its own, which workers map.
        case file(MemoryArena)

        /// Nowhere; why is in memory, if there was any for that.
        case refused(MemoryArena?)
    }

    private struct Stored {
        var place: Place
        let byteCount: Int
        var received = 0

        /// How many bytes it counts for.
        var heldByteCount: Int {
            switch self.place {
            case .buffer(_, let capacity): capacity
            case .file: self.byteCount
            case .refused: 0
            }
        }
    }

    private let limits: Limits
    private var arrays: [UInt64: Stored] = [:]
    private var spares = SpareBuffers()

    /// How many bytes the arrays have together that are here, or on their way.
    private(set) var byteCount = 0

    init(_ limits: Limits) {
        self.limits = limits
    }

    var isEmpty: Bool { self.arrays.isEmpty }

    /// How many bytes are kept for arrays to come.
    var spareByteCount: Int { self.spares.byteCount }

    /// Takes in the next bytes of an array.
    ///
    /// - Parameters:
    ///   - piece: The bytes.
    ///   - number: The number of the array.
    ///   - byteCount: How many it has in all, the same for each piece.
    ///   - isMapped: Whether workers map it: its memory is final, and nothing else will ever be there.
    /// - Throws: ``Nonsense`` for an array of no bytes, more of them than were promised, or more arrays than anybody needs.
    mutating func take(
        _ piece: RawSpan,
        of number: UInt64,
        byteCount: UInt64,
        isMapped: Bool = false
    ) throws(Nonsense) {
        guard let total = Int(exactly: byteCount), total > 0, !piece.isEmpty else { throw Nonsense() }
        var stored: Stored
        if let known = self.arrays[number] { stored = known } else { stored = try self.begin(number, total, isMapped) }
        guard stored.byteCount == total, piece.byteCount <= total - stored.received else { throw Nonsense() }
        let start = stored.received
        stored.received += piece.byteCount
        self.arrays[number] = stored
        do throws(SystemError) {
            switch stored.place {
            case .buffer(let buffer, _):
                unsafe try Self.write(piece) { (bytes) throws(SystemError) in unsafe try buffer.write(bytes, at: start)
                }
                if stored.received == total { try buffer.complete(number, byteCount: total) }
            case .file(let file):
                unsafe try Self.write(piece) { (bytes) throws(SystemError) in unsafe try file.write(bytes, at: start) }
                if stored.received == total { try file.seal() }
            case .refused: break
            }
        } catch {
            self.byteCount -= stored.heldByteCount
            self.arrays[number] = Self.refusal(number, total, received: stored.received, "has no room here: \(error)")
        }
    }

    private mutating func begin(_ number: UInt64, _ byteCount: Int, _ isMapped: Bool) throws(Nonsense) -> Stored {
        guard self.arrays.count < self.limits.knownCount else { throw Nonsense() }
        guard self.arrays.count < self.limits.count else {
            // There is a descriptor for the reasons of as many again.
            guard self.arrays.count < 2 * self.limits.count else {
                return Stored(place: .refused(nil), byteCount: byteCount)
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
        if byteCount > self.limits.byteCount - self.byteCount { self.giveBackSlack() }
        guard byteCount <= self.limits.byteCount - self.byteCount else {
            let most = "\(self.limits.byteCount) bytes of them are kept at most"
            let others = self.byteCount == 0 ? "" : ", and others have \(self.byteCount)"
            return Self.refusal(number, byteCount, "has no room here, where \(most)\(others)")
        }
        do throws(SystemError) {
            let stored = Stored(place: try self.makePlace(number, byteCount, isMapped), byteCount: byteCount)
            self.byteCount += stored.heldByteCount
            return stored
        } catch {
            return Self.refusal(number, byteCount, "has no room here: \(error)")
        }
    }

    /// Frees what buffers that were of larger arrays have beyond those that are there: nothing is left out for the sake of nothing.
    private mutating func giveBackSlack() {
        for (number, stored) in self.arrays {
            guard case .buffer(let buffer, let capacity) = stored.place, capacity > stored.byteCount else { continue }
            buffer.shrink(to: stored.byteCount)
            self.arrays[number]?.place = .buffer(buffer, capacity: stored.byteCount)
            self.byteCount -= capacity - stored.byteCount
        }
    }

    private mutating func makePlace(_ number: UInt64, _ byteCount: Int, _ isMapped: Bool) throws(SystemError) -> Place {
        if !isMapped, let spare = self.spares.take(byteCount), spare.capacity <= self.limits.byteCount - self.byteCount
        {
            return .buffer(spare.buffer, capacity: spare.capacity)
        }
        // What is kept is no more than there is room for besides.
        self.spares.reduce(
            to: self.limits.count - self.arrays.count - 1,
            byteCount: self.limits.byteCount - self.byteCount - byteCount
        )
        return isMapped
            ? .file(try MemoryArena(name: RelayedArray.name(number)))
            : .buffer(try RelayedBuffer(), capacity: byteCount)
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
        let isSaid =
            (try? unsafe Self.write(words.span.bytes) { (bytes) throws(SystemError) in
                unsafe try memory?.write(bytes, at: 0)
            }) != nil
        if isSaid { try? memory?.seal() }
        return Stored(place: .refused(memory), byteCount: byteCount, received: received)
    }

    private static func write(
        _ bytes: RawSpan,
        _ body: (UnsafeRawBufferPointer) throws(SystemError) -> Void
    ) throws(SystemError) {
        let result = unsafe bytes.withUnsafeBytes { bytes -> Result<Void, SystemError> in
            do throws(SystemError) { return .success(unsafe try body(bytes)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Lets go of an array; one that is not known is gone already.
    mutating func forget(_ number: UInt64, at now: UInt64) {
        guard let stored = self.arrays.removeValue(forKey: number) else { return }
        self.byteCount -= stored.heldByteCount
        // Nobody finds it there any more; where that cannot be said it is freed.
        guard case .buffer(let buffer, let capacity) = stored.place, (try? buffer.clear()) != nil else { return }
        self.spares.add(buffer, capacity: capacity, at: now)
    }

    /// Frees what was kept for arrays to come, of which none came for a while.
    mutating func freeOld(at now: UInt64) { self.spares.freeOld(at: now) }

    /// Frees all.
    mutating func forgetAll() {
        self.arrays = [:]
        self.byteCount = 0
        self.spares = SpareBuffers()
    }
}
