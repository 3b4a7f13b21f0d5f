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
        guard let shipping = plan.backend as? any ShippingBackend else {
            throw ParallelError(
                .startupFailed,
                "\(plan.backend.displayName) says that its workers are elsewhere, and is no ShippingBackend"
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
            (self.coder, self.coderName) = (shipping.taskCoder(for: plan.id), "")
        }
        guard let output = OutputCoding<Output>(self.coder) else {
            throw OutputCoding<Output>.refusal(plan.backend.displayName)
        }
        self.output = output
    }

    /// Whether tasks and outputs that are plain bytes travel as these, and nobody is asked to code them.
    var copiesMemory: Bool { self.coderName.isEmpty && self.coder.trustsMemory }

    /// How many bytes an output is, where it travels as these.
    var plainOutputByteCount: Int? { self.copiesMemory ? self.output.plainByteCount : nil }

    /// What workers have to know of the call.
    func settings(_ plan: CallPlan, seed: UInt64, keepsGoing: Bool) -> PortablePayload.Settings {
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
        settings.tagsOutput = plan.tagsOutput
        return settings
    }

    /// Decodes an output.
    ///
    /// - Throws: When the bytes make none.
    func decode(_ bytes: [UInt8]) throws -> Output { try self.output.decode(bytes[...]) }
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
