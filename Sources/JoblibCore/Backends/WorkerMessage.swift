// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a worker in another process tells of one task.
struct WorkerMessage {
    enum Kind: UInt8 {
        /// An attempt has begun; told only where somebody follows the call.
        case started

        /// A task has returned; told only where somebody follows the call.
        case finished

        /// A task's result follows.
        case result

        /// The results of tasks in a row follow, each its bytes in memory, one behind the other; how many there are stands before.
        case results

        /// A task's result, a large array, is in the worker's memory; its address and size follow, and the worker keeps it until it is
        /// told that it has been read.
        case lent

        /// A task's result could not be encoded; the error follows.
        case notEncodable

        /// An attempt has failed, and the worker makes another; the error follows.
        case retried

        /// A task has failed for good; the error follows.
        case failed

        /// A task could not be decoded; the error follows.
        case notDecodable

        /// A task has run out of time, and its worker ends with it.
        case timedOut
    }

    var kind: Kind
    var index: Int
    var attempt = 1

    /// When it happened, in nanoseconds of the monotonic clock.
    var time: UInt64 = 0

    /// How long the attempt took, in nanoseconds.
    var duration: UInt64 = 0

    /// The result, or the error, and for an error where it was thrown.
    var payload: ArraySlice<UInt8> = []
    var trace: String?
}

/// Several messages as bytes.
struct WorkerMessageWriter {
    private(set) var bytes: [UInt8] = []

    /// Begins with bytes that are no message.
    mutating func begin(with prefix: [UInt8]) {
        self.bytes.reserveCapacity(prefix.count + 128)
        self.bytes += prefix
    }

    mutating func add(_ message: WorkerMessage) {
        self.addHeader(message)
        self.bytes.append(counted: message.payload)
    }

    /// Adds the results of tasks in a row, as a message's payload.
    mutating func add(_ message: WorkerMessage, row count: Int, _ results: [UInt8]) {
        self.bytes.reserveCapacity(self.bytes.count + 80 + results.count)
        self.addHeader(message)
        self.bytes.append(integer: 16 + results.count)
        self.bytes.append(integer: count)
        self.bytes.append(counted: results)
    }

    private mutating func addHeader(_ message: WorkerMessage) {
        self.bytes.append(message.kind.rawValue)
        self.bytes.append(integer: message.index)
        self.bytes.append(integer: message.attempt)
        self.bytes.append(integer: message.time)
        self.bytes.append(integer: message.duration)
        if let trace = message.trace { self.bytes.append(text: trace) } else { self.bytes.append(integer: 0) }
    }

    mutating func takeAll() -> [UInt8] {
        defer { self.bytes = [] }
        return self.bytes
    }
}

/// Takes messages out of bytes that a worker has sent; a worker that a task has damaged may send anything.
struct WorkerMessageReader {
    private var bytes: ByteReader

    init(_ bytes: [UInt8]) {
        self.init(ByteReader(bytes))
    }

    init(_ reader: ByteReader) {
        self.bytes = reader
    }

    /// The next message; `nil` at the end.
    ///
    /// - Throws: `ByteReader.Malformed`.
    mutating func next() throws(ByteReader.Malformed) -> WorkerMessage? {
        guard !self.bytes.isAtEnd else { return nil }
        guard let kind = WorkerMessage.Kind(rawValue: try self.bytes.byte()) else { throw ByteReader.Malformed() }
        var message = WorkerMessage(kind: kind, index: try self.bytes.integer())
        message.attempt = try self.bytes.integer()
        // Far from where counting on overflows.
        guard 1...(1 << 40) ~= message.attempt else { throw ByteReader.Malformed() }
        message.time = try self.bytes.integer()
        message.duration = try self.bytes.integer()
        let trace = try self.bytes.counted()
        if !trace.isEmpty { message.trace = String(decoding: trace, as: UTF8.self) }
        message.payload = try self.bytes.counted()
        return message
    }
}

extension [UInt8] {
    mutating func append<I: FixedWidthInteger>(integer: I) {
        unsafe Swift.withUnsafeBytes(of: UInt64(truncatingIfNeeded: integer).littleEndian) {
            unsafe self.append(contentsOf: $0)
        }
    }

    /// Replaces an integer that was appended.
    mutating func set(integer: Int, at position: Int) {
        precondition(position >= 0 && position + 8 <= self.count)
        unsafe self.withUnsafeMutableBytes {
            unsafe $0.storeBytes(
                of: UInt64(truncatingIfNeeded: integer).littleEndian,
                toByteOffset: position,
                as: UInt64.self
            )
        }
    }

    mutating func append(counted bytes: some Collection<UInt8>) {
        self.append(integer: bytes.count)
        self += bytes
    }

    mutating func append(text: String) {
        self.append(counted: text.utf8)
    }
}

/// Reads integers and counted bytes.
struct ByteReader {
    /// There are fewer bytes than there should be, or they mean nothing.
    struct Malformed: Error {}

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    var isAtEnd: Bool { self.position == self.bytes.endIndex }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard self.position < self.bytes.endIndex else { throw Malformed() }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    mutating func integer<I: FixedWidthInteger>(_ type: I.Type = I.self) throws(Malformed) -> I {
        guard self.bytes.endIndex - self.position >= 8 else { throw Malformed() }
        let offset = self.position - self.bytes.startIndex
        let value = unsafe self.bytes.withUnsafeBytes {
            unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        self.position += 8
        return I(truncatingIfNeeded: UInt64(littleEndian: value))
    }

    mutating func counted() throws(Malformed) -> ArraySlice<UInt8> {
        let count: Int = try self.integer()
        guard count >= 0, count <= self.bytes.endIndex - self.position else { throw Malformed() }
        defer { self.position += count }
        return self.bytes[self.position..<self.position + count]
    }

    mutating func text() throws(Malformed) -> String {
        String(decoding: try self.counted(), as: UTF8.self)
    }
}
