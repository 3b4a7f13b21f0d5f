// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A batch as it travels: what its call asks for, and the tasks.
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
    }

    /// One task.
    struct Task: Equatable {
        var index: Int
        var attempt = 1

        /// How many more attempts it has if it throws.
        var retries = 0
        var bytes: [UInt8]
    }

    /// Tasks of one type.
    struct Run: Equatable {
        var typeName: String
        var tasks: [Task]
    }

    var settings: Settings
    var runs: [Run] = []

    private static let signature: UInt64 = 0x6a6f_626c_6962_0001

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// Adds a task behind the others.
    mutating func add(_ task: Task, typeName: String) {
        if self.runs.last?.typeName == typeName {
            self.runs[self.runs.count - 1].tasks.append(task)
        } else {
            self.runs.append(Run(typeName: typeName, tasks: [task]))
        }
    }

    /// The batch as bytes.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128 + self.runs.reduce(0) { $0 + $1.tasks.reduce(0) { $0 + $1.bytes.count + 32 } })
        bytes.append(integer: Self.signature)
        bytes.append(integer: self.settings.seed)
        bytes.append(integer: self.settings.timeLimit)
        bytes.append(integer: self.settings.innerJobs)
        bytes.append(text: self.settings.coderName)
        for flag in [
            self.settings.keepsGoing, self.settings.reportsTasks, self.settings.reportsStart,
            self.settings.tracesThrows,
        ] {
            bytes.append(flag ? 1 : 0)
        }
        bytes.append(integer: self.runs.count)
        for run in self.runs {
            bytes.append(text: run.typeName)
            bytes.append(integer: run.tasks.count)
            for task in run.tasks {
                bytes.append(integer: task.index)
                bytes.append(integer: task.attempt)
                bytes.append(integer: task.retries)
                bytes.append(counted: task.bytes)
            }
        }
        return bytes
    }

    /// Reads a batch.
    ///
    /// - Throws: `ByteReader.Malformed` for bytes that are none.
    init(decoding bytes: [UInt8]) throws(ByteReader.Malformed) {
        var reader = ByteReader(bytes)
        guard try reader.integer(UInt64.self) == Self.signature else { throw ByteReader.Malformed() }
        var settings = Settings()
        settings.seed = try reader.integer()
        settings.timeLimit = try reader.integer()
        settings.innerJobs = try reader.integer()
        settings.coderName = try reader.text()
        settings.keepsGoing = try reader.flag()
        settings.reportsTasks = try reader.flag()
        settings.reportsStart = try reader.flag()
        settings.tracesThrows = try reader.flag()
        guard settings.innerJobs >= 1, settings.timeLimit <= .max / 2 else { throw ByteReader.Malformed() }
        self.settings = settings
        for _ in 0..<(try reader.integer(UInt64.self)) {
            var run = Run(typeName: try reader.text(), tasks: [])
            for _ in 0..<(try reader.integer(UInt64.self)) {
                var task = Task(index: try reader.integer(), bytes: [])
                task.attempt = try reader.integer()
                task.retries = try reader.integer()
                task.bytes = Array(try reader.counted())
                // Beyond any number that a caller could mean, and far from where counting on overflows.
                guard task.index >= 0, 1...(1 << 40) ~= task.attempt, task.retries >= 0 else {
                    throw ByteReader.Malformed()
                }
                run.tasks.append(task)
            }
            self.runs.append(run)
        }
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
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
