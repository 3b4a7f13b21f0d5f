// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How the tasks of one call become bytes, and its outputs values again.
struct TaskCoding<Output: Sendable>: Sendable {
    let coder: any TaskCoder
    private let coderName: String
    private let output: OutputCoding<Output>

    /// Decides for a call.
    ///
    /// - Throws: ``ParallelError`` when the backend has no coder, workers could not make it, or outputs cannot be sent.
    init(_ plan: CallPlan) throws(ParallelError) {
        let backend = plan.backend.displayName
        guard let shipping = plan.backend as? any ShippingBackend else {
            throw ParallelError(
                .startupFailed,
                "\(backend) says that its workers are elsewhere, and is no ShippingBackend"
            )
        }
        if let coder = plan.settings.taskCoder {
            guard let name = PortableName.name(of: type(of: coder)) else {
                throw ParallelError(
                    .invalidArgument,
                    "taskCoder: no worker can find the type \(type(of: coder)), which is private or local; make it internal"
                )
            }
            // As a worker makes it, so that both have the same.
            (self.coder, self.coderName) = (type(of: coder).init(), name)
        } else {
            (self.coder, self.coderName) = (shipping.taskCoder, "")
        }
        guard let output = OutputCoding<Output>(self.coder) else { throw OutputCoding<Output>.refusal(backend) }
        self.output = output
    }

    /// A batch without tasks.
    func payload(_ plan: CallPlan, seed: UInt64, keepsGoing: Bool) -> PortablePayload {
        var settings = PortablePayload.Settings()
        settings.seed = seed
        settings.timeLimit = plan.timeLimit ?? 0
        settings.innerJobs = plan.settings.config.innerMaxNumThreads ?? max(1, AvailableCPUs.count / plan.workers)
        settings.coderName = self.coderName
        settings.keepsGoing = keepsGoing
        // Of a task that must not run twice it has to be known whether it had begun.
        settings.reportsTasks = plan.reportsTasks || (plan.backend as? any ShippingBackend)?.isIdempotent == false
        settings.reportsStart = plan.stallTimeout != nil
        settings.tracesThrows = plan.tracesThrows
        return PortablePayload(settings)
    }

    /// Encodes a task.
    ///
    /// - Throws: ``ParallelError`` `.taskNotPortable`, or what the task's `encode(to:)` throws.
    func encode(_ task: Delayed<Output>, _ plan: CallPlan) throws -> (typeName: String, bytes: [UInt8]) {
        guard case .portable(let body) = task.body, let name = PortableName.name(of: body.type) else {
            throw Self.refusal(of: task, "the task", plan.settings) ?? ParallelError(.taskNotPortable, "\(task)")
        }
        return (name, try body.encode(self.coder))
    }

    /// Decodes an output.
    ///
    /// - Throws: When the bytes make none.
    func decode(_ bytes: [UInt8]) throws -> Output { try self.output.decode(bytes[...]) }

    /// Why a task cannot be sent; `nil` if it can.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - name: What to call it.
    ///   - settings: Those of its call.
    /// - Returns: An error that names the task, the reason and the ways out.
    static func refusal(
        of task: Delayed<Output>,
        _ name: @autoclosure () -> String,
        _ settings: CallSettings
    ) -> ParallelError? {
        let reason: String
        if case .portable(let body) = task.body {
            guard PortableName.name(of: body.type) == nil else { return nil }
            reason =
                "no other process can find its type \(body.type), which is private or local, or has an argument that is; "
                + "make that internal and declare it outside of functions"
        } else {
            reason = "it is a closure, which cannot leave its process; mark the function @Portable"
        }
        return settings.notPortable(name(), reason)
    }
}

extension CallSettings {
    /// The error for a task that cannot be sent.
    ///
    /// - Parameters:
    ///   - name: The task, in words.
    ///   - reason: Why, and one way out.
    /// - Returns: The error, which names the other way out as well.
    func notPortable(_ name: String, _ reason: String) -> ParallelError {
        ParallelError(
            .taskNotPortable,
            "\(self.backend.displayName) cannot run \(name): \(reason), or choose multiprocessing, whose forked workers run any "
                + "closure on this host"
        )
    }
}
