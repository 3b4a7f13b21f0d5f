// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Writes the batches of a call, each task by task.
struct PayloadWriter {
    private(set) var bytes: [UInt8] = []

    /// How many tasks were added.
    private(set) var count = 0

    /// How each batch of the call begins.
    private let header: [UInt8]

    /// The name of the type that came last, as it is written: most calls have tasks of one type.
    private var named: (type: ObjectIdentifier, name: [UInt8])?

    /// Whether tasks of the type that came last travel as their bytes.
    private var copied: (type: ObjectIdentifier, isCopied: Bool)?

    /// How many runs there are, which stands behind the header.
    private var runCount = 0

    /// Tasks that are encoded, and of one type: how many they are so far, and where that is to stand.
    private var run: (type: ObjectIdentifier, count: Int, position: Int)?

    /// Begins with a call.
    init(_ settings: PortablePayload.Settings) {
        var header: [UInt8] = []
        header.append(integer: PortablePayload.signature)
        header.append(integer: settings.seed)
        header.append(integer: settings.timeLimit)
        header.append(integer: settings.innerJobs)
        header.append(text: settings.coderName)
        for flag in [
            settings.keepsGoing, settings.reportsTasks, settings.reportsStart, settings.tracesThrows,
            settings.tagsOutput,
        ] {
            header.append(flag ? 1 : 0)
        }
        self.header = header
    }

    /// Begins a batch.
    ///
    /// - Parameter capacity: How many bytes tasks take, as far as that is known.
    mutating func begin(capacity: Int) {
        self.bytes = []
        (self.count, self.runCount, self.run) = (0, 0, nil)
        self.bytes.reserveCapacity(self.header.count + 128 + capacity)
        self.bytes += self.header
        self.bytes.append(integer: 0)
    }

    /// Adds the first of tasks in a row, and those behind it that are like it.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, one at least, all with as many attempts.
    ///   - entry: The first.
    ///   - coder: Encodes what has to be encoded.
    ///   - coding: Says which tasks that are plain bytes travel as these; `nil`: none.
    /// - Returns: How many were added: 0 where no worker can find the type of the first.
    /// - Throws: What its `encode(to:)` throws; nothing is added then.
    mutating func add(
        _ tasks: ArraySlice<ShippedBody>,
        _ entry: ShippingLedger.Entry,
        _ coder: @autoclosure () -> any TaskCoder,
        _ coding: TaskCoding?
    ) throws -> Int {
        guard let body = tasks.first else { return 0 }
        let id = ObjectIdentifier(Swift.type(of: body))
        guard self.copiesMemory(of: body, id, coding), let byteCount = body.plainByteCount else {
            let bytes = try body.encode(coder())
            if self.run?.type != id {
                guard let name = self.name(of: body, id) else { return 0 }
                self.endRun()
                self.runCount += 1
                self.bytes.append(PortablePayload.isEncoded)
                self.bytes += name
                self.run = (type: id, count: 0, position: self.bytes.count)
                self.bytes.append(integer: 0)
            }
            self.add(entry)
            self.bytes.append(counted: bytes)
            self.run?.count += 1
            self.count += 1
            return 1
        }
        guard let name = self.name(of: body, id) else { return 0 }
        self.endRun()
        self.runCount += 1
        self.bytes.append(PortablePayload.isPlain)
        self.bytes += name
        self.add(entry)
        // How many there are, and how much memory they are, is known once they are copied: up to the first of another type.
        let position = self.bytes.count
        for _ in 0..<3 { self.bytes.append(integer: byteCount) }
        let start = self.bytes.count
        self.bytes.append(contentsOf: repeatElement(0, count: tasks.count * byteCount))
        let count = unsafe self.bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            let packing = unsafe PlainTaskPacking(tasks, to: base + start)
            body.pack(packing)
            return packing.count
        }
        self.bytes.removeLast((tasks.count - count) * byteCount)
        self.bytes.set(integer: count, at: position)
        self.bytes.set(integer: count * byteCount, at: position + 16)
        self.count += count
        return count
    }

    /// Whether tasks of a type travel as their bytes; asked for each task, and found out once.
    private mutating func copiesMemory(of body: ShippedBody, _ id: ObjectIdentifier, _ coding: TaskCoding?) -> Bool {
        if let copied = self.copied, copied.type == id { return copied.isCopied }
        let isCopied = body.type.flatMap { coding?.copiesMemory(of: $0) } ?? false
        self.copied = (id, isCopied)
        return isCopied
    }

    /// The batch as bytes.
    mutating func finish() -> [UInt8] {
        self.endRun()
        self.bytes.set(integer: self.runCount, at: self.header.count)
        defer { self.bytes = [] }
        return self.bytes
    }

    /// The name by which a worker finds the type of a task, as it is written; `nil` where it has none.
    private mutating func name(of body: ShippedBody, _ id: ObjectIdentifier) -> [UInt8]? {
        if let named = self.named, named.type == id { return named.name }
        guard let name = body.type.flatMap({ PortableName.name(of: $0) }) else { return nil }
        var bytes: [UInt8] = []
        bytes.append(text: name)
        self.named = (id, bytes)
        return bytes
    }

    private mutating func endRun() {
        guard let run = self.run else { return }
        self.bytes.set(integer: run.count, at: run.position)
        self.run = nil
    }

    private mutating func add(_ entry: ShippingLedger.Entry) {
        self.bytes.append(integer: entry.index)
        self.bytes.append(integer: entry.attempt)
        self.bytes.append(integer: entry.retries)
    }
}
