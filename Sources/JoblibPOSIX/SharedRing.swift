// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

// A queue of bytes between two processes: one writes, the other reads, and neither asks the kernel. Each counts the bytes that it
// has written or read, which only ever grows, on a cache line of its own; their difference is what is in between.
//
// The other process may have gone mad: a count that cannot be makes the ring broken, and nothing is read or written outside of it.

/// Where a ring is in memory.
public struct SharedRingPlace: Sendable {
    /// How far from the beginning of the memory, a multiple of 64.
    public let offset: Int

    /// How many bytes it holds, a power of two.
    public let capacity: Int

    static let writtenOffset = 0
    static let readOffset = 64
    static let dataOffset = 128

    /// Describes a place.
    public init(offset: Int, capacity: Int) {
        precondition(offset % 64 == 0 && capacity > 0 && capacity & (capacity - 1) == 0)
        self.offset = offset
        self.capacity = capacity
    }

    /// How many bytes of the memory it takes.
    public var byteCount: Int { Self.dataOffset + self.capacity }
}

// SAFETY: the memory is held, and what is in it is touched within bounds that were checked against `capacity`.
/// The end of a ring that one thread at a time writes to.
@safe
public struct SharedRingWriter: @unchecked Sendable {
    private let memory: SharedMemoryFile
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private var written: Int

    /// How far the reader is known to have come.
    private var read: Int

    /// Whether the other process has left what cannot be.
    public private(set) var isBroken = false

    /// Begins to write.
    public init(_ memory: SharedMemoryFile, _ place: SharedRingPlace) {
        precondition(place.offset + place.byteCount <= memory.byteCount)
        self.memory = memory
        unsafe self.base = memory.start + place.offset
        self.capacity = place.capacity
        unsafe self.written = Self.load(self.base + SharedRingPlace.writtenOffset)
        unsafe self.read = Self.load(self.base + SharedRingPlace.readOffset)
    }

    static func load(_ address: UnsafeMutableRawPointer) -> Int {
        Int(truncatingIfNeeded: unsafe joblib_shared_load(address.assumingMemoryBound(to: Int64.self)))
    }

    static func store(_ value: Int, _ address: UnsafeMutableRawPointer) {
        unsafe joblib_shared_store(address.assumingMemoryBound(to: Int64.self), Int64(value))
    }

    /// How many bytes can be written now.
    ///
    /// - Parameter wanted: With how many the writer would be content, so that it need not look what the reader has done.
    /// - Returns: The number; 0 in a ring that is broken.
    public mutating func room(for wanted: Int) -> Int {
        let known = self.capacity - (self.written - self.read)
        if known >= wanted { return known }
        let read = unsafe Self.load(self.base + SharedRingPlace.readOffset)
        guard read >= self.read, read <= self.written else {
            self.isBroken = true
            return 0
        }
        self.read = read
        return self.capacity - (self.written - read)
    }

    /// Copies bytes into the ring, whose reader does not see them yet.
    ///
    /// - Parameters:
    ///   - bytes: The bytes, no more than there is ``room(for:)``.
    ///   - offset: How many were copied since the last ``publish(_:)``.
    public func copy(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard let source = bytes.baseAddress else { return }
        precondition(offset >= 0 && offset + bytes.count <= self.capacity)
        let start = (self.written + offset) & (self.capacity - 1)
        let first = min(bytes.count, self.capacity - start)
        let data = unsafe self.base + SharedRingPlace.dataOffset
        unsafe (data + start).copyMemory(from: source, byteCount: first)
        if first < bytes.count { unsafe data.copyMemory(from: source + first, byteCount: bytes.count - first) }
    }

    /// Lets the reader see what was copied.
    public mutating func publish(_ count: Int) {
        self.written += count
        // Releasing: who sees the count sees the bytes.
        unsafe Self.store(self.written, self.base + SharedRingPlace.writtenOffset)
    }
}

// SAFETY: as for the writer.
/// The end of a ring that one thread at a time reads from.
@safe
public struct SharedRingReader: @unchecked Sendable {
    private let memory: SharedMemoryFile
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private var read: Int

    /// How far the writer is known to have come.
    private var written: Int

    /// Whether the other process has left what cannot be.
    public private(set) var isBroken = false

    /// Begins to read.
    public init(_ memory: SharedMemoryFile, _ place: SharedRingPlace) {
        precondition(place.offset + place.byteCount <= memory.byteCount)
        self.memory = memory
        unsafe self.base = memory.start + place.offset
        self.capacity = place.capacity
        unsafe self.written = SharedRingWriter.load(self.base + SharedRingPlace.writtenOffset)
        unsafe self.read = SharedRingWriter.load(self.base + SharedRingPlace.readOffset)
    }

    /// How many bytes can be read now; 0 in a ring that is broken.
    public mutating func available() -> Int {
        guard !self.isBroken else { return 0 }
        let written = unsafe SharedRingWriter.load(self.base + SharedRingPlace.writtenOffset)
        guard written >= self.written, written - self.read <= self.capacity else {
            self.isBroken = true
            return 0
        }
        self.written = written
        return written - self.read
    }

    /// Takes bytes out of the ring.
    ///
    /// - Parameter buffer: Where they go; it has no more room than there are bytes ``available()``.
    public mutating func take(into buffer: UnsafeMutableRawBufferPointer) {
        guard let target = buffer.baseAddress else { return }
        precondition(buffer.count <= self.written - self.read)
        let start = self.read & (self.capacity - 1)
        let first = min(buffer.count, self.capacity - start)
        let data = unsafe self.base + SharedRingPlace.dataOffset
        unsafe target.copyMemory(from: data + start, byteCount: first)
        if first < buffer.count {
            unsafe (target + first).copyMemory(from: data, byteCount: buffer.count - first)
        }
        self.read += buffer.count
        // Releasing: who sees the room has had its bytes read.
        unsafe SharedRingWriter.store(self.read, self.base + SharedRingPlace.readOffset)
    }
}
