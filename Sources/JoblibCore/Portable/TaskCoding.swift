// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How the tasks of a call become bytes, and its outputs values again; the same for all calls with the same settings.
final class TaskCoding: Sendable {
    let coder: any TaskCoder
    let outputs: OutputLayout
    private let coderName: String

    /// Whether tasks and outputs that are plain bytes may travel as these, where nobody is asked to code them.
    private let copiesMemory: Bool

    /// How many bytes an output is, where it travels as these.
    var plainOutputByteCount: Int? { self.copiesMemory ? self.outputs.plainByteCount : nil }

    /// Whether tasks of a type that are plain bytes travel as these.
    func copiesMemory(of type: Any.Type) -> Bool { self.copiesMemory && self.coder.trustsMemory(of: type) }

    /// Finds out how calls code tasks that have one type of output, unless that is known.
    ///
    /// - Throws: ``ParallelError`` when the backend has no coder, workers could not make it, or outputs cannot be sent.
    static func of<Output: Sendable>(
        _ type: Output.Type,
        _ settings: CallSettings
    ) throws(ParallelError) -> TaskCoding {
        if let known = settings.taskCoding.object, known.outputs.type == ObjectIdentifier(type) { return known }
        let coding = try TaskCoding(type, settings)
        // Of the first type alone: most values are used for one.
        _ = settings.taskCoding.set(coding)
        return coding
    }

    private init<Output: Sendable>(_ type: Output.Type, _ settings: CallSettings) throws(ParallelError) {
        guard let shipping = settings.shippingBackend else {
            throw ParallelError(
                .startupFailed,
                "\(settings.backendName) says that its workers are elsewhere, and is no ShippingBackend"
            )
        }
        if let coder = settings.taskCoder {
            guard let name = PortableName.name(of: Swift.type(of: coder)) else {
                throw ParallelError(
                    .invalidArgument,
                    "taskCoder: no worker can find the type \(Swift.type(of: coder)), which is private or local; make it internal"
                )
            }
            // As a worker makes it, so that both have the same.
            (self.coder, self.coderName) = (Swift.type(of: coder).init(), name)
        } else {
            (self.coder, self.coderName) = (shipping.taskCoder, "")
        }
        guard let output = OutputCoding<Output>(self.coder) else {
            throw OutputCoding<Output>.refusal(settings.backendName)
        }
        self.outputs = OutputLayoutOf(output)
        self.copiesMemory = self.coderName.isEmpty
    }

    /// What turns the tasks of a call into bytes.
    func taskCoder(_ plan: CallPlan) -> any TaskCoder {
        guard self.coderName.isEmpty, let backend = plan.settings.shippingBackend else { return self.coder }
        return backend.taskCoder(for: plan.id)
    }

    /// What workers have to know of a call.
    func settings(_ plan: CallPlan, seed: UInt64, keepsGoing: Bool) -> PortablePayload.Settings {
        var settings = PortablePayload.Settings()
        settings.seed = seed
        settings.timeLimit = plan.timeLimit ?? 0
        settings.innerJobs = plan.settings.config.innerMaxNumThreads ?? max(1, AvailableCPUs.count / plan.workers)
        settings.coderName = self.coderName
        settings.keepsGoing = keepsGoing
        // Of a task that must not run twice it has to be known whether it had begun.
        settings.reportsTasks = plan.reportsTasks || plan.settings.shippingBackend?.isIdempotent == false
        // Where workers may leave, what had not begun is nobody's loss.
        settings.reportsStart = plan.stallTimeout != nil || plan.settings.capabilities.isElastic
        settings.tracesThrows = plan.tracesThrows
        settings.tagsOutput = plan.tagsOutput
        return settings
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
            "\(self.backendName) cannot run \(name): \(reason), or choose multiprocessing, whose forked workers run any "
                + "closure on this host"
        )
    }
}
