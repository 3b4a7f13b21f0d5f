// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// One task by itself, which belongs to no loop: what a worker does before its first batch.

extension PortableWorker {
    /// Makes bytes of a task, for ``perform(_:coder:)`` in a worker.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - name: What to call it in an error.
    ///   - coder: Encodes it.
    /// - Returns: The bytes.
    /// - Throws: ``ParallelError`` `.taskNotPortable` for a closure, or for a type that no worker can find; what the task's
    ///   `encode(to:)` throws.
    public static func payload<Output>(
        of task: Delayed<Output>,
        named name: String,
        coder: any TaskCoder
    ) throws -> [UInt8] {
        guard case .portable(let body) = task.body else {
            throw ParallelError(
                .taskNotPortable,
                "\(name) is a closure, which cannot leave its process; mark the function @Portable, or choose multiprocessing"
            )
        }
        guard let type = body.type, PortableName.name(of: type) != nil else {
            throw ParallelError(
                .taskNotPortable,
                "\(name) is of the type \(String(describing: body.type)), which no other process can find: it is private or local; make it internal"
            )
        }
        var writer = PayloadWriter(PortablePayload.Settings())
        writer.begin(capacity: 0)
        _ = try writer.add([body], ShippingLedger.Entry(index: 0, retries: 0), coder, nil)
        return writer.finish()
    }

    /// Runs a task that ``payload(of:named:coder:)`` has made bytes of, in the calling thread.
    ///
    /// - Parameters:
    ///   - payload: The bytes, which may be any: they are checked.
    ///   - coder: Decodes it.
    /// - Throws: What the task throws, or an error that says what is wrong with the bytes.
    public static func perform(_ payload: [UInt8], coder: any TaskCoder) throws {
        guard let run = try PortablePayload(decoding: payload).runs.first, case .encoded(let tasks) = run.tasks,
            let task = tasks.first, let type = PortableName.taskType(named: run.name)
        else { throw ParallelError(.taskNotPortable, "\(payload.count) bytes that are no task of this program") }
        try self.run(type, task.bytes, coder)
    }

    private static func run<T: PortableTask>(_ type: T.Type, _ bytes: ArraySlice<UInt8>, _ coder: any TaskCoder) throws
    {
        _ = try coder.decode(type, from: bytes).run()
    }
}
