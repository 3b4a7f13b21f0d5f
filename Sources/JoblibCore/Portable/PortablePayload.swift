// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A batch as it travels: what its call asks for, and the tasks, as its worker reads them.
///
/// Tasks in a row that are of one type name it once. What is read may be anything: counts are checked before memory is taken.
struct PortablePayload {
    /// What a worker has to know of the call.
    struct Settings: Equatable {
        /// From which the random numbers of every task derive.
        var seed: UInt64 = 0

        /// How long an attempt may take, in nanoseconds; 0: as long as it wants.
        var timeLimit: UInt64 = 0

        /// How many jobs the loops inside of tasks have.
        var innerJobs = 1

        /// The name of the coder's type; empty: the one that the worker was started with.
        var coderName = ""

        /// Whether the tasks behind one that failed are run.
        var keepsGoing = false

        /// Whether each attempt's beginning and end is told.
        var reportsTasks = false

        /// Whether it is told at once that the batch has begun.
        var reportsStart = false

        /// Whether it is found out where an error was thrown.
        var tracesThrows = false

        /// Whether it is told which task has printed what.
        var tagsOutput = false
    }

    /// One task that was encoded.
    struct Task: Equatable {
        var index: Int
        var attempt = 1

        /// How many more attempts it has if it throws.
        var retries = 0
        var bytes: ArraySlice<UInt8>
    }

    /// Tasks in a row that are their bytes in memory, one behind the other.
    struct Plain: Equatable {
        var first: Int
        var count: Int
        var attempt = 1
        var retries = 0
        var byteCount: Int
        var bytes: ArraySlice<UInt8>
    }

    /// Tasks of one type.
    struct Run: Equatable {
        enum Tasks: Equatable {
            case encoded([Task])
            case plain(Plain)
        }

        /// The name of the type, in bytes that may be anything.
        var name: ArraySlice<UInt8>
        var tasks: Tasks
    }

    static let signature: UInt64 = 0x6a6f_626c_6962_0003
    static let isEncoded: UInt8 = 0
    static let isPlain: UInt8 = 1

    var settings = Settings()
    var runs: [Run] = []

    /// Reads a batch.
    ///
    /// - Throws: `ByteReader.Malformed` for bytes that are none.
    init(decoding bytes: [UInt8]) throws(ByteReader.Malformed) {
        var reader = ByteReader(bytes)
        guard try reader.integer(UInt64.self) == Self.signature else { throw ByteReader.Malformed() }
        self.settings.seed = try reader.integer()
        self.settings.timeLimit = try reader.integer()
        self.settings.innerJobs = try reader.integer()
        self.settings.coderName = try reader.text()
        self.settings.keepsGoing = try reader.flag()
        self.settings.reportsTasks = try reader.flag()
        self.settings.reportsStart = try reader.flag()
        self.settings.tracesThrows = try reader.flag()
        self.settings.tagsOutput = try reader.flag()
        guard self.settings.innerJobs >= 1, self.settings.timeLimit <= .max / 2 else { throw ByteReader.Malformed() }
        for _ in 0..<(try reader.integer(UInt64.self)) {
            let form = try reader.byte()
            let name = try reader.counted()
            switch form {
            case Self.isEncoded: self.runs.append(Run(name: name, tasks: .encoded(try Self.tasks(&reader))))
            case Self.isPlain: self.runs.append(Run(name: name, tasks: .plain(try Self.plain(&reader))))
            default: throw ByteReader.Malformed()
            }
        }
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
    }

    private static func tasks(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> [Task] {
        var tasks: [Task] = []
        for _ in 0..<(try reader.integer(UInt64.self)) {
            let (index, attempt, retries) = try Self.identity(&reader)
            tasks.append(Task(index: index, attempt: attempt, retries: retries, bytes: try reader.counted()))
        }
        return tasks
    }

    private static func identity(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> (Int, Int, Int) {
        let (index, attempt, retries) = (
            try reader.integer(Int.self), try reader.integer(Int.self), try reader.integer(Int.self)
        )
        // Beyond any number that a caller could mean, and far from where counting on overflows.
        guard 0...(1 << 60) ~= index, 1...(1 << 40) ~= attempt, retries >= 0 else { throw ByteReader.Malformed() }
        return (index, attempt, retries)
    }

    private static func plain(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> Plain {
        let (first, attempt, retries) = try Self.identity(&reader)
        let (count, byteCount) = (try reader.integer(Int.self), try reader.integer(Int.self))
        let bytes = try reader.counted()
        let (size, overflow) = count.multipliedReportingOverflow(by: byteCount)
        // Tasks of no size are as many as it says, whatever there is; a batch has no more than these.
        guard 0...(1 << 32) ~= count, byteCount >= 0, !overflow, size == bytes.count else {
            throw ByteReader.Malformed()
        }
        return Plain(
            first: first,
            count: count,
            attempt: attempt,
            retries: retries,
            byteCount: byteCount,
            bytes: bytes
        )
    }
}

extension ByteReader {
    mutating func flag() throws(Malformed) -> Bool {
        switch try self.byte() {
        case 0: false
        case 1: true
        default: throw Malformed()
        }
    }
}
