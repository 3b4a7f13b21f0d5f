// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

extension Parallel {
    /// Decides everything about a call; what is wrong with the arguments is thrown here, before any input is read.
    @usableFromInline
    func plan() throws -> CallPlan {
        let plan = try self.planWithoutTasks()
        guard !plan.isShipped else {
            throw plan.settings.notPortable(
                "a closure",
                "it cannot leave its process; mark a function @Portable and give its calls, delayed(f)(x), to the call syntax"
            )
        }
        return plan
    }

    /// Decides everything that does not depend on what the tasks are.
    func planWithoutTasks() throws -> CallPlan {
        let enclosing = EnclosingTask.current()
        let settings = try self.settings(in: enclosing?.loop)
        let isFollowed = settings.config.verbose != nil || settings.config.progress != nil
        let id = isFollowed ? CallID.next() : nil
        return CallPlan(
            id: id,
            settings,
            pool: self.pool,
            report: id.flatMap { self.report($0, settings, enclosing) },
            scope: .current,
            enclosing: enclosing,
            stopScopes: StopScope.current
        )
    }

    /// Decides everything about a call that returns results of a type.
    ///
    /// A hint never makes a call fail: where the backend that it prefers cannot return them, threads do.
    @usableFromInline
    func plan<R>(returning type: R.Type) throws -> CallPlan {
        let plan = try self.plan()
        guard plan.isForked, plan.settings.isHint, let refusal = ResultTransport.refusal(type, plan.backendName)
        else {
            return plan
        }
        return try Parallel(self, onThreads: refusal).plan()
    }

    /// Whether the tasks of a call that returns results of a type run in forked copies of the process.
    func usesForks<R>(returning type: R.Type) throws -> Bool {
        let settings = try self.settings(in: EnclosingTask.currentLoop)
        guard settings.isForked else { return false }
        return !settings.isHint || ResultTransport.refusal(type, settings.backendName) == nil
    }

    private func report(_ id: CallID, _ settings: CallSettings, _ enclosing: EnclosingTask?) -> CallReport? {
        let audience = CallAudience(self.explicit, self.scope.config, depth: enclosing?.loop.depth ?? 0)
        return audience.report(
            id,
            enclosing: enclosing?.loop.plan.id,
            workers: settings.workers,
            label: "[Parallel(n_jobs=\(settings.requestedJobs))]",
            rule: {
                VerboseRule(verbosity: $0, preDispatch: settings.window ?? 0, isSequential: settings.isSequential)
            },
            backend: settings.backend.displayName
        )
    }

    // MARK: - What calls have in common

    func settings(in enclosing: Loop?) throws -> CallSettings {
        // Inside of a task the budget of the outermost loop is all there is.
        let budget = enclosing?.root.plan.workers
        let nJobs = self.explicit.nJobs ?? self.scope.config.nJobs ?? 0
        let circumstances = SettingsMemory.Circumstances(
            budget: budget,
            lendsMemory: self.lendsMemory,
            available: budget == nil && nJobs < 0 ? AvailableCPUs.count : nil,
            registrations: BackendRegistry.registrations
        )
        return try self.memory.settings(circumstances) { try self.decide(budget: budget) }
    }

    private func decide(budget: Int?) throws -> CallSettings {
        let config = self.explicit.overlaying(self.scope.config)
        var refusedHint = self.refusedHint
        var isHint = false
        let capable = try self.backend(for: config, isHint: &isHint, &refusedHint)
        let jobs = try self.jobs(config, capable, budget: budget)
        try self.validateValues(config)
        return CallSettings(
            backend: capable.backend,
            registeredName: capable.registeredName,
            capabilities: capable.capabilities,
            config: config,
            workers: jobs.effective,
            requestedJobs: jobs.asked,
            batchSize: try self.batchSize.resolve(),
            window: try self.preDispatch.resolve(workers: jobs.effective, requested: jobs.requested),
            timeout: self.timeout,
            retries: self.retries,
            lendsMemory: self.lendsMemory,
            isHint: isHint,
            refusedHint: refusedHint,
            taskCoder: config.backendParams.last { $0.name == BackendParameter.taskCoderName }?.value as? any TaskCoder,
            countedBy: jobs.isCounted ? (capable.backend, self.preDispatch) : nil
        )
    }

    // MARK: - The backend

    /// A backend with what it says of itself, which is read once, and the name that it was asked for by.
    private struct Capable {
        let backend: any ParallelBackend
        let capabilities: BackendCapabilities
        var registeredName: String?

        var name: String { self.backend.name(registeredAs: self.registeredName) }
    }

    private func backend(
        for config: ParallelConfig,
        isHint: inout Bool,
        _ refusedHint: inout ParallelError?
    ) throws -> Capable {
        let choice = BackendChoice(
            explicit: self.explicit.backend,
            scope: self.scope.config.backend,
            prefer: config.prefer,
            require: config.require
        )
        switch try BackendRegistry.decide(choice) {
        case .insist(let selection):
            let capable = try self.make(selection, config)
            guard config.require != .sharedmem || capable.capabilities.reach == .sameMemory else {
                throw ParallelError(
                    .sharedMemoryRequired,
                    "\(capable.name) shares no memory with the caller, which require: .sharedmem asks for; "
                        + "choose threading or drop one of the two"
                )
            }
            return capable
        case .tryFirst(let selection):
            do {
                let capable = try self.make(selection, config)
                isHint = true
                return capable
            } catch let error as ParallelError where error.code == .startupFailed {
                refusedHint = error
                var config = config
                config.backendParams = []
                return try self.make("threading", config)
            }
        case .use(let selection, let yieldsToThreads):
            let capable = try self.make(selection, config)
            guard yieldsToThreads, capable.capabilities.reach != .sameMemory else { return capable }
            // The parameters were meant for the backend that yields.
            var config = config
            config.backendParams = []
            return try self.make("threading", config)
        }
    }

    private func make(_ selection: BackendSelection, _ config: ParallelConfig) throws -> Capable {
        let capable: Capable
        switch selection.kind {
        case .instance(let instance):
            guard config.backendParams.isEmpty else {
                throw ParallelError(
                    .unsupportedOption,
                    "backendParams configure a backend chosen by name; give them to the initialiser of "
                        + instance.displayName
                )
            }
            capable = Capable(backend: instance, capabilities: instance.capabilities)
        case .name(let name):
            let factory = try BackendRegistry.factory(named: name)
            var request = BackendRequest(
                name: name,
                parameters: config.backendParams,
                innerMaxNumThreads: config.innerMaxNumThreads
            )
            if let maxNBytes = config.maxNBytes { request.maxNBytes = try maxNBytes.resolve() }
            request.mmapMode = config.mmapMode
            request.tempFolder = config.tempFolder
            if config.mmapMode == .disabled { request.maxNBytes = nil }
            let backend: any ParallelBackend
            do {
                backend = try factory(request)
            } catch {
                throw ParallelError.wrapping(error, as: .startupFailed, "backend '\(name)'", "could not be made")
            }
            capable = Capable(backend: backend, capabilities: backend.capabilities, registeredName: name)
            try Self.refuseUnknownParameters(config.backendParams, of: name, capable.capabilities)
        }
        if self.explicit.innerMaxNumThreads != nil, !capable.capabilities.limitsInnerThreads {
            throw Self.innerThreadsUnsupported(by: capable)
        }
        return capable
    }

    private static func refuseUnknownParameters(
        _ parameters: [BackendParameter],
        of name: String,
        _ capabilities: BackendCapabilities
    ) throws(ParallelError) {
        var known = capabilities.parameters
        if capabilities.reach == .elsewhere { known.insert(BackendParameter.taskCoderName) }
        guard let unknown = parameters.first(where: { !known.contains($0.name) }) else { return }
        let names = known.sorted().joined(separator: ", ")
        throw ParallelError(
            .unsupportedOption,
            "backend '\(name)' takes no parameter '\(unknown.name)'; it takes \(names.isEmpty ? "none" : names)"
        )
    }

    private static func innerThreadsUnsupported(by capable: Capable) -> ParallelError {
        let able = BackendRegistry.names(where: \.limitsInnerThreads)
        let remedy = able.isEmpty ? "no registered backend can" : "these can: \(able.joined(separator: ", "))"
        return ParallelError(
            .unsupportedOption,
            "\(capable.name) cannot set innerMaxNumThreads; \(remedy); drop the argument, "
                + "or give it in a parallelConfig scope, where backends that cannot ignore it"
        )
    }

    // MARK: - Numbers

    /// How many jobs a call has: how many were asked for, as a number from 1, as it was written, and whether the backend counts them.
    private typealias Jobs = (effective: Int, requested: Int, asked: Int, isCounted: Bool)

    private func jobs(
        _ config: ParallelConfig,
        _ capable: Capable,
        budget: Int?
    ) throws -> Jobs {
        let capabilities = capable.capabilities
        guard capabilities.defaultNJobs != 0 else {
            throw ParallelError(
                .invalidNJobs,
                "\(capable.name) has a defaultNJobs of 0 among its capabilities; it must be 1 or more, or negative"
            )
        }
        let asked = config.nJobs ?? capabilities.defaultNJobs
        let counted = asked < 0 && budget == nil ? try Self.count(capable) : nil
        let requested = try JobCount.resolve(
            asked,
            default: 1,
            available: budget ?? counted ?? (asked < 0 ? AvailableCPUs.count : 1),
            maximum: nil
        )
        let effective = capabilities.hasWorkers ? min(requested, budget ?? requested) : 1
        return (effective, requested, asked, counted != nil)
    }

    private static func count(_ capable: Capable) throws(ParallelError) -> Int? {
        do {
            return try capable.backend.countWorkers().map { max(1, $0) }
        } catch {
            throw ParallelError.wrapping(error, as: .startupFailed, capable.name, "could not count its workers")
        }
    }

    private func validateValues(_ config: ParallelConfig) throws(ParallelError) {
        if let timeout = self.timeout, timeout <= .zero {
            throw ParallelError(.invalidArgument, "timeout: \(timeout) leaves a task no time; write nil for no limit")
        }
        if let timeout = config.stallTimeout, timeout <= .zero {
            throw ParallelError(
                .invalidArgument,
                "stallTimeout: \(timeout) leaves a backend no time; write nil for no limit"
            )
        }
        if self.retries < 0 {
            throw ParallelError(.invalidArgument, "retries: \(self.retries) is no number of retries; write 0 or more")
        }
        if let threads = config.innerMaxNumThreads, threads < 1 {
            throw ParallelError(
                .invalidArgument,
                "innerMaxNumThreads: \(threads) is no number of threads; write 1 or more"
            )
        }
        _ = try config.maxNBytes?.resolve()
        try config.mmapMode?.validate()
    }
}

/// Returns how many tasks would run at once for an `nJobs` under the scope around the caller; joblib's function.
///
/// - Parameter nJobs: As for ``Parallel``; `nil` takes the scope's.
/// - Returns: A number from 1 up; inside of a task at most the budget of the outermost loop.
/// - Throws: ``ParallelError`` `.invalidNJobs` for 0, `.unknownBackend` when the scope names none that is registered, and
///   what else is wrong with the settings of the scope.
public func effectiveNJobs(_ nJobs: Int? = -1) throws -> Int {
    let call = Parallel(nJobs: nJobs)
    return try call.planWithoutTasks().workers
}

/// Returns how many CPUs this process may use: its affinity, the quotas of its control groups, `LOKY_MAX_CPU_COUNT`.
///
/// - Parameter onlyPhysicalCores: Whether two hardware threads of one core count once; a tighter restriction wins.
/// - Returns: A number from 1 up; joblib's `cpu_count`.
public func cpuCount(onlyPhysicalCores: Bool = false) -> Int {
    CPUCount.available(onlyPhysicalCores: onlyPhysicalCores)
}
