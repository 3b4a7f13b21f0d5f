// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where encoded values go, one after the other.
///
/// Containers that are filled while others are, as `nestedContainer` and `superEncoder` allow, have sinks of their own, which
/// are put in where they belong at the end.
@safe final class ByteSink {
    private static let stageSize = 512

    let keys: KeyWriter
    let kinds: TypeKinds
    @safe @exclusivity(unchecked) private(set) var limits: CodingLimits

    /// Where arrays go that have more bytes than `inlineByteCount`.
    @safe @exclusivity(unchecked) private(set) var arrays: (any ArrayExchange)?
    @safe @exclusivity(unchecked) private(set) var inlineByteCount = Int.max

    /// Whether the other side is a process of the same build, and trusted.
    @safe @exclusivity(unchecked) private(set) var isTrusted = false

    /// What is complete, and from where it is of this value.
    // Nobody else reads or writes them meanwhile: checks at run time would take longer than what is checked.
    @safe @exclusivity(unchecked) private var bytes: [UInt8] = []
    @safe @exclusivity(unchecked) private var start = 0

    /// What comes behind, up to `staged`: adding a byte to an array takes longer than most values.
    // SAFETY: of `stageSize` bytes, all of which are written before they are read; only this class has the address.
    private let stage: UnsafeMutableRawPointer
    @safe @exclusivity(unchecked) private var staged = 0

    @safe @exclusivity(unchecked) private var inserts: [(position: Int, encoder: ValueEncoder)] = []

    /// Encoders for values at each depth, since there is one such value at a time.
    @safe @exclusivity(unchecked) private var encoders: [ValueEncoder] = []

    init(_ keys: KeyWriter, _ kinds: TypeKinds, _ limits: CodingLimits, _ arrays: (any ArrayExchange)? = nil) {
        self.keys = keys
        self.kinds = kinds
        self.limits = limits
        self.arrays = arrays
        self.inlineByteCount = arrays?.inlineByteCount ?? .max
        unsafe self.stage = .allocate(byteCount: Self.stageSize, alignment: 8)
    }

    deinit { unsafe self.stage.deallocate() }

    // MARK: - Beginning and end

    /// Takes over the bytes that the value is to stand behind.
    func begin(behind bytes: inout [UInt8], _ coder: BinaryCoder) {
        self.limits = coder.limits
        self.isTrusted = coder.trustsMemory
        // Most often there was none before, and is none now.
        if coder.arrays != nil || self.arrays != nil {
            self.arrays = coder.arrays
            self.inlineByteCount = coder.arrays?.inlineByteCount ?? .max
        }
        self.start = bytes.count
        self.staged = 0
        swap(&self.bytes, &bytes)
    }

    /// Completes what is encoded: puts in what was filled later, and the names of the keys behind.
    func finish() {
        if !self.inserts.isEmpty {
            self.flush()
            var all = Array(self.bytes[..<self.start])
            self.write(into: &all, from: self.start)
            self.bytes = all
        }
        let names = self.keys.names
        unsafe names.withUnsafeBytes { unsafe self.append(bytes: $0) }
        self.append(raw: UInt32(truncatingIfNeeded: names.count))
        self.flush()
    }

    /// Gives back the bytes, with the value behind.
    func end(_ bytes: inout [UInt8]) {
        swap(&self.bytes, &bytes)
        self.forgetArrays()
    }

    /// Gives back the bytes as they were.
    func giveUp(_ bytes: inout [UInt8]) {
        swap(&self.bytes, &bytes)
        bytes.removeSubrange(self.start...)
        self.closeInserts()
        self.forgetArrays()
    }

    // What belongs to a call must not outlive it in a sink that is kept.
    private func forgetArrays() {
        if self.arrays == nil { return }
        self.arrays = nil
        self.inlineByteCount = .max
    }

    /// Lets go of the encoders, which hold the sink.
    func close() {
        self.closeInserts()
        for encoder in self.encoders { encoder.forgetContainer() }
        self.encoders = []
    }

    private func closeInserts() {
        for (_, encoder) in self.inserts { encoder.sink.close() }
        self.inserts = []
    }

    private func write(into all: inout [UInt8], from start: Int) {
        self.flush()
        var written = start
        for (position, encoder) in self.inserts {
            all += self.bytes[written..<position]
            written = position
            encoder.end()
            encoder.sink.write(into: &all, from: 0)
        }
        all += self.bytes[written...]
        self.close()
    }

    var isWithinLimit: Bool { self.bytes.count + self.staged - self.start <= self.limits.byteCount }

    // MARK: - Encoders

    /// An encoder for a value that is complete before the next at this depth begins.
    func encoder(in parent: ValueEncoder?, at key: (any CodingKey)?, depth: Int) -> ValueEncoder {
        // Of a sink of its own the first value is as deep as the container is.
        let index = depth - 1
        if index < self.encoders.count {
            let encoder = self.encoders[index]
            encoder.begin(parent, key)
            return encoder
        }
        let encoder = ValueEncoder(self, parent: parent, key: key, depth: depth)
        if index == self.encoders.count {
            encoder.isReused = true
            self.encoders.append(encoder)
        }
        return encoder
    }

    /// Makes an encoder for the value that belongs here, to be used until the end.
    func insert(in parent: ValueEncoder, at key: (any CodingKey)?) -> ValueEncoder {
        let sink = ByteSink(self.keys, self.kinds, self.limits, self.arrays)
        sink.isTrusted = self.isTrusted
        let encoder = ValueEncoder(sink, parent: parent, key: key, depth: parent.depth + 1)
        self.inserts.append((self.bytes.count + self.staged, encoder))
        return encoder
    }

    // MARK: - Bytes

    /// Makes room for up to 32 bytes.
    @inline(__always)
    private func makeRoom() {
        if self.staged > Self.stageSize - 32 { self.flush() }
    }

    private func flush() {
        if self.staged == 0 { return }
        unsafe self.bytes.append(contentsOf: UnsafeRawBufferPointer(start: self.stage, count: self.staged))
        self.staged = 0
    }

    @inline(__always)
    func append(byte: UInt8) {
        self.makeRoom()
        unsafe self.stage.storeBytes(of: byte, toByteOffset: self.staged, as: UInt8.self)
        self.staged += 1
    }

    @inline(__always)
    func append<I: FixedWidthInteger & BitwiseCopyable>(raw value: I) {
        self.makeRoom()
        unsafe self.stage.storeBytes(of: value.littleEndian, toByteOffset: self.staged, as: I.self)
        self.staged += MemoryLayout<I>.size
    }

    @inline(__always)
    func append(varint value: UInt64) {
        self.makeRoom()
        var rest = value
        while rest > 0x7f {
            unsafe self.stage.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80,
                toByteOffset: self.staged,
                as: UInt8.self
            )
            self.staged += 1
            rest >>= 7
        }
        unsafe self.stage.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: self.staged, as: UInt8.self)
        self.staged += 1
    }

    /// Writes where an array is instead of the array, if the other side can get it there.
    @inline(never)
    func appendReference(_ bytes: UnsafeRawBufferPointer, of array: any NumberArray, code: UInt8) -> Bool {
        guard let reference = unsafe self.arrays?.place(bytes, of: array) else { return false }
        self.append(byte: Wire.reference)
        self.append(byte: code)
        self.append(raw: UInt64(reference.offset))
        self.append(raw: UInt64(reference.byteCount))
        self.append(raw: reference.serial)
        self.append(raw: reference.call)
        unsafe reference.handle.withUnsafeBytes { unsafe self.append(counted: $0) }
        return true
    }

    func append(counted bytes: UnsafeRawBufferPointer) {
        self.append(varint: UInt64(bytes.count))
        unsafe self.append(bytes: bytes)
    }

    private func append(bytes: UnsafeRawBufferPointer) {
        if bytes.count <= Self.stageSize / 2 {
            if self.staged + bytes.count > Self.stageSize { self.flush() }
            unsafe UnsafeMutableRawBufferPointer(start: self.stage + self.staged, count: bytes.count)
                .copyMemory(from: bytes)
            self.staged += bytes.count
            return
        }
        self.flush()
        // With room for the keys behind a single large array, which would be copied otherwise.
        if self.bytes.capacity - self.bytes.count < bytes.count {
            self.bytes.reserveCapacity(max(2 * self.bytes.count, self.bytes.count + bytes.count + Self.stageSize))
        }
        unsafe self.bytes.append(contentsOf: bytes)
    }
}
