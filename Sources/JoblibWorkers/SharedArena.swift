// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibPOSIX
package import JoblibWire
import Synchronization

/// The memory through which large arrays get from a caller to its workers, and back.
///
/// The caller and each worker write into a region of their own, and everybody reads; nobody maps it but hosts, to read. Its pages stay for the next
/// arrays until ``trim()``: memory that is used again takes half the time.
@safe
package final class SharedArena: Sendable {
    /// How far apart two regions are, in bytes; far more than there is memory.
    private static let regionByteCount = 1 << 42

    private struct State {
        var space = ArenaSpace(CallerMemory.pageByteCount..<SharedArena.region(0).upperBound)
        var serial: UInt64 = 0
        var regions = 0
        var calls: [UInt64: CallArrays] = [:]
    }

    private let memory: MemoryArena

    // SAFETY: a constant that workers read.
    /// What workers try to read of this process.
    private nonisolated(unsafe) let probe: UnsafeMutablePointer<UInt64>

    private let state = Mutex(State())

    // Relaxed: whoever trims finds out under locks what there is.
    private let isUsed = Atomic<Bool>(false)

    /// Makes an empty one.
    ///
    /// - Throws: ``SystemError`` when the system has no descriptor left to give.
    package init() throws(SystemError) {
        self.memory = try MemoryArena(name: "joblib-arrays")
        unsafe self.probe = .allocate(capacity: 1)
        unsafe self.probe.initialize(to: .random(in: 1 ... .max))
        unsafe CallerMemory.offer(self.memory, self.probe)
    }

    deinit { unsafe self.probe.deallocate() }

    /// What a worker is given to take part.
    package var descriptor: Int32 { self.memory.descriptor }

    /// Where those write who have a number; 0 is the caller.
    static func region(_ number: Int) -> Range<Int> {
        number * self.regionByteCount..<(number + 1) * self.regionByteCount
    }

    /// A number for a worker, from 1.
    package func makeRegion() -> Int {
        self.state.withLock { state in
            // Beyond what files can have regions are used again; of workers that long have ended.
            state.regions = state.regions % (1 << 19) + 1
            return state.regions
        }
    }

    // MARK: - Arrays for workers

    /// Says where an array is in this process, for workers that can read it there.
    ///
    /// - Returns: `nil` where they cannot, or it is not known.
    func lend(_ bytes: UnsafeRawBufferPointer, call: UInt64) -> ArrayReference? {
        // A copy into fresh memory takes a nanosecond or so for each byte: no longer is waited for workers that make it needless.
        guard CallerMemory.isReadable(self.memory, waitingFor: UInt64(bytes.count)) else { return nil }
        return ArrayReference(
            offset: Int(bitPattern: bytes.baseAddress),
            byteCount: bytes.count,
            serial: self.makeSerial(),
            call: call,
            handle: ArrayReference.lent
        )
    }

    /// Copies an array.
    ///
    /// - Returns: Where it is; `nil` when there is no memory for it, or a limit of the process forbids it.
    func place(_ bytes: UnsafeRawBufferPointer, call: UInt64) -> ArrayReference? {
        let place = self.state.withLock { state -> (Int, UInt64)? in
            guard let offset = state.space.take(bytes.count) else { return nil }
            state.serial += 1
            return (offset, state.serial)
        }
        guard let (offset, serial) = place else { return nil }
        self.isUsed.store(true, ordering: .relaxed)
        do throws(SystemError) {
            unsafe try self.memory.write(bytes, at: offset)
        } catch {
            self.memory.discard(offset..<offset + bytes.count)
            self.giveBack([offset])
            return nil
        }
        return ArrayReference(offset: offset, byteCount: bytes.count, serial: serial, call: call)
    }

    /// A number that no array has had.
    func makeSerial() -> UInt64 {
        self.state.withLock { state in
            state.serial += 1
            return state.serial
        }
    }

    /// Lets parts be used again.
    func giveBack(_ offsets: [Int]) {
        if offsets.isEmpty { return }
        self.isUsed.store(true, ordering: .relaxed)
        self.state.withLock { state in
            for offset in offsets { state.space.giveBack(offset) }
        }
    }

    /// Notes that a call has arrays here.
    func begin(_ arrays: CallArrays) { self.state.withLock { $0.calls[arrays.call] = arrays } }

    /// Forgets the arrays of a call that has ended.
    ///
    /// - Returns: Whether workers may have kept some.
    package func end(call: UInt64) -> Bool {
        guard let arrays = self.state.withLock({ $0.calls.removeValue(forKey: call) }) else { return false }
        arrays.release()
        return true
    }

    // MARK: - Arrays from workers

    /// Whether there may be an array of a worker.
    package func holds(_ reference: ArrayReference) -> Bool {
        reference.handle.isEmpty && self.holds(reference.offset, byteCount: reference.byteCount)
    }

    /// The same.
    func holds(_ array: PlacedArray) -> Bool { self.holds(array.offset, byteCount: array.byteCount) }

    private func holds(_ offset: Int, byteCount: Int) -> Bool {
        let (end, overflow) = offset.addingReportingOverflow(byteCount)
        return offset >= Self.regionByteCount && !overflow && byteCount > 0
            && offset / Self.regionByteCount == (end - 1) / Self.regionByteCount && byteCount <= self.memory.byteCount
            && end <= self.memory.end
    }

    /// Reads an array.
    ///
    /// - Throws: ``SystemError`` when it is not there.
    package func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
        self.isUsed.store(true, ordering: .relaxed)
        unsafe try self.memory.read(intoFresh: buffer, at: reference.offset)
    }

    /// Reads a part of one.
    ///
    /// - Throws: ``SystemError`` when it is not there.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) {
        self.isUsed.store(true, ordering: .relaxed)
        unsafe try self.memory.read(into: buffer, at: offset)
    }

    /// Maps a part.
    ///
    /// - Throws: ``SystemError`` when it is not there.
    func window(_ range: Range<Int>) throws(SystemError) -> ArenaWindow {
        self.isUsed.store(true, ordering: .relaxed)
        return try ArenaWindow(self.memory, range, isWritable: false)
    }

    // MARK: - Memory

    /// Whether there may be memory that ``trim()`` would free; asks once.
    package func takeUse() -> Bool { self.isUsed.exchange(false, ordering: .relaxed) }

    /// Gives the caller's memory back to the system in which there is no array.
    package func trim() {
        for part in self.state.withLock({ $0.space.freeParts }) {
            // Not under the lock, since it takes long. Taken meanwhile: nobody writes there.
            guard self.state.withLock({ $0.space.take(freePart: part) }) else { continue }
            self.memory.discard(part)
            self.state.withLock { $0.space.giveBack(part.lowerBound) }
        }
    }

    /// Gives back all memory of a worker that has ended, or has nothing to do and begins with nothing meanwhile.
    func discard(region number: Int) { self.memory.discard(Self.region(number)) }

    /// How many bytes of memory there are.
    package var byteCount: Int { self.memory.byteCount }
}

extension ArrayReference {
    /// What stands in place of a handle of an array that is in its caller's memory; a handle is longer.
    static let lent: [UInt8] = [0]

    /// Whether it is in its caller's memory.
    var isLent: Bool { self.handle == Self.lent }
}

extension MemoryArena {
    /// Reads into memory that nobody has touched.
    func read(intoFresh buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) {
        unsafe HugePages.advise(buffer.baseAddress, byteCount: buffer.count)
        unsafe try self.read(into: buffer, at: offset)
    }
}
