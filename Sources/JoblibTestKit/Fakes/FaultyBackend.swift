// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore
import JoblibPOSIX
import Synchronization

/// A backend that breaks the contract in one way, on top of another one that keeps it.
public struct FaultyBackend: ParallelBackend {
    /// A way to break the contract, or to put it to the test.
    public struct Fault: Sendable, Hashable, CustomStringConvertible {
        /// The name of the fault.
        public let description: String

        /// `open` throws.
        public static let openThrows = Fault(description: "openThrows")

        /// The session has 0 workers.
        public static let hasNoWorkers = Fault(description: "hasNoWorkers")

        /// The session has -1 workers.
        public static let hasNegativeWorkers = Fault(description: "hasNegativeWorkers")

        /// `capabilities.defaultNJobs` is 0.
        public static let hasNoDefaultNJobs = Fault(description: "hasNoDefaultNJobs")

        /// `capabilities` say something else at every other reading: that workers share no memory.
        public static let changesReach = Fault(description: "changesReach")

        /// `capabilities` say that there are workers, and the session takes no batch.
        public static let hasWorkersInNameOnly = Fault(description: "hasWorkersInNameOnly")

        /// `begin` throws.
        public static let beginThrows = Fault(description: "beginThrows")

        /// `submit` throws.
        public static let submitThrows = Fault(description: "submitThrows")

        /// `submit` throws, and the batch runs all the same.
        public static let runsAfterThrowing = Fault(description: "runsAfterThrowing")

        /// A batch is let go of.
        public static let drops = Fault(description: "drops")

        /// A batch is kept for as long as the session, and not completed.
        public static let keeps = Fault(description: "keeps")

        /// A batch is failed.
        public static let fails = Fault(description: "fails")

        /// A batch is run twice, one after the other.
        public static let runsTwice = Fault(description: "runsTwice")

        /// A batch is run, and failed afterwards.
        public static let failsAfterRunning = Fault(description: "failsAfterRunning")

        /// A batch is handed on a hundredth of a second late, which is no breach.
        public static let delays = Fault(description: "delays")

        /// Every fault there is.
        public static let all: [Fault] = [
            .openThrows, .hasNoWorkers, .hasNegativeWorkers, .hasNoDefaultNJobs, .changesReach, .hasWorkersInNameOnly,
            .beginThrows, .submitThrows, .runsAfterThrowing, .drops, .keeps, .fails, .runsTwice, .failsAfterRunning,
            .delays,
        ]
    }

    /// What the backend throws where its fault is to throw.
    public struct Breakdown: Error, Sendable, Hashable {}

    private let inner: any ParallelBackend
    private let fault: Fault
    private let isHit: @Sendable (Int) -> Bool
    private let readings = Tally()

    /// Makes a faulty backend.
    ///
    /// - Parameters:
    ///   - fault: What it does wrong.
    ///   - inner: The backend that carries what is not hit.
    ///   - isHit: Which submissions to a session are hit, by their number from 0; by default all.
    public init(
        _ fault: Fault,
        on inner: any ParallelBackend,
        hitting isHit: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) {
        self.inner = inner
        self.fault = fault
        self.isHit = isHit
    }

    /// `"FaultyBackend"` and the fault.
    public var displayName: String { "FaultyBackend(\(self.fault))" }

    /// Those of the other one, but for what is at fault.
    public var capabilities: BackendCapabilities {
        var capabilities = self.inner.capabilities
        switch self.fault {
        case .hasNoDefaultNJobs:
            capabilities.defaultNJobs = 0
        case .changesReach:
            self.readings.add()
            if self.readings.count.isMultiple(of: 2) { capabilities.reach = .elsewhere }
        case .hasWorkersInNameOnly:
            capabilities.hasWorkers = true
        default:
            break
        }
        return capabilities
    }

    /// Opens a session of the other one, and breaks it.
    public func open(_ request: OpenRequest) throws -> any WorkerSession {
        if self.fault == .openThrows { throw Breakdown() }
        return Session(inner: try self.inner.open(request), fault: self.fault, isHit: self.isHit)
    }

    private final class Session: WorkerSession {
        let inner: any WorkerSession
        let fault: Fault
        let isHit: @Sendable (Int) -> Bool
        let kept = Mutex<[Batch]>([])
        let submissions = Atomic<Int>(0)

        init(inner: any WorkerSession, fault: Fault, isHit: @escaping @Sendable (Int) -> Bool) {
            self.inner = inner
            self.fault = fault
            self.isHit = isHit
        }

        var workers: Int {
            switch self.fault {
            case .hasNoWorkers: 0
            case .hasNegativeWorkers: -1
            default: self.inner.workers
            }
        }

        func begin(_ call: CallDescription) throws {
            if self.fault == .beginThrows { throw Breakdown() }
            try self.inner.begin(call)
        }

        func submit(_ batch: Batch) throws {
            guard self.isHit(self.submissions.wrappingAdd(1, ordering: .relaxed).oldValue) else {
                return try self.inner.submit(batch)
            }
            switch self.fault {
            case .submitThrows, .hasWorkersInNameOnly:
                throw Breakdown()
            case .runsAfterThrowing:
                try self.inner.submit(batch)
                throw Breakdown()
            case .drops:
                return
            case .keeps:
                self.kept.withLock { $0.append(batch) }
            case .fails:
                batch.fail(Breakdown())
            case .runsTwice:
                try self.inner.submit(
                    batch.wrapped { run in
                        run()
                        batch.run()
                    }
                )
            case .failsAfterRunning:
                try self.inner.submit(
                    batch.wrapped { run in
                        run()
                        batch.fail(Breakdown())
                    }
                )
            case .delays:
                try PlatformThread.start(name: "conformance") { [inner = self.inner] in
                    WaitWord().wait(while: 0, until: MonotonicClock.now + 10_000_000)
                    do {
                        try inner.submit(batch)
                    } catch {
                        batch.fail(error)
                    }
                }
            default:
                try self.inner.submit(batch)
            }
        }

        func cancel(_ call: CallID) { self.inner.cancel(call) }

        func end(_ call: CallID, _ reason: CallEnd) { self.inner.end(call, reason) }

        func whileWaiting(_ body: () -> Void) { self.inner.whileWaiting(body) }

        func workerWasLost() { self.inner.workerWasLost() }

        func close() {
            self.inner.close()
        }
    }
}
