// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// A backend that notes all that is said to another one, and passes it on.
public struct RecordingBackend: ForkingBackend, ShippingBackend {
    /// Something that was said to the backend, or done with a batch.
    public enum Entry: Sendable, Hashable, CustomStringConvertible {
        /// A session was opened for a number of workers.
        case opened(workers: Int)

        /// A call began.
        case begun(CallID)

        /// A batch was handed in; its number.
        case submitted(CallID, Int)

        /// A batch that was handed in was refused; its number.
        case refused(CallID, Int)

        /// A batch began to run; its number.
        case started(CallID, Int)

        /// A batch has run; its number.
        case completed(CallID, Int)

        /// A call was cancelled.
        case cancelled(CallID)

        /// A call ended.
        case ended(CallID, CallEnd)

        /// The session was closed.
        case closed

        /// The entry as a line.
        public var description: String {
            switch self {
            case .opened(let workers): "opened for \(workers) workers"
            case .begun(let call): "\(call) begun"
            case .submitted(let call, let number): "batch \(number) of \(call) submitted"
            case .refused(let call, let number): "batch \(number) of \(call) refused"
            case .started(let call, let number): "batch \(number) of \(call) started"
            case .completed(let call, let number): "batch \(number) of \(call) completed"
            case .cancelled(let call): "\(call) cancelled"
            case .ended(let call, let reason): "\(call) ended: \(reason)"
            case .closed: "closed"
            }
        }
    }

    private let inner: any ParallelBackend
    private let log = Recorder<Entry>()

    /// Makes a backend around another one.
    public init(_ inner: any ParallelBackend) {
        self.inner = inner
    }

    /// What was noted, in the order in which it was said.
    public var entries: [Entry] { self.log.all }

    /// The name of the other one.
    public var displayName: String { self.inner.displayName }

    /// Those of the other one.
    public var capabilities: BackendCapabilities { self.inner.capabilities }

    /// That of the other one; never asked for where that one needs none.
    public var taskCoder: any TaskCoder {
        (self.inner as? any ForkingBackend)?.taskCoder ?? (self.inner as? any ShippingBackend)?.taskCoder ?? NoCoder()
    }

    /// As the other one.
    public var isIdempotent: Bool { (self.inner as? any ShippingBackend)?.isIdempotent ?? true }

    /// Opens a session of the other one.
    public func open(_ request: OpenRequest) throws -> any WorkerSession {
        self.log.note(.opened(workers: request.workers))
        return Session(inner: try self.inner.open(request), log: self.log)
    }

    private final class Session: ForkingSession {
        let inner: any WorkerSession
        let log: Recorder<Entry>

        init(inner: any WorkerSession, log: Recorder<Entry>) {
            self.inner = inner
            self.log = log
        }

        var workers: Int { self.inner.workers }

        func submit(_ batch: Batch) throws {
            self.log.note(.submitted(batch.call, batch.number))
            do {
                try self.inner.submit(
                    batch.wrapped { [log = self.log] run in
                        log.note(.started(batch.call, batch.number))
                        run()
                        log.note(.completed(batch.call, batch.number))
                    }
                )
            } catch {
                self.log.note(.refused(batch.call, batch.number))
                throw error
            }
        }

        func begin(_ call: CallDescription) throws {
            self.log.note(.begun(call.id))
            try self.inner.begin(call)
        }

        func cancel(_ call: CallID) {
            self.log.note(.cancelled(call))
            self.inner.cancel(call)
        }

        func end(_ call: CallID, _ reason: CallEnd) {
            self.log.note(.ended(call, reason))
            self.inner.end(call, reason)
        }

        func whileWaiting(_ body: () -> Void) {
            self.inner.whileWaiting(body)
        }

        private var forking: (any ForkingSession)? { self.inner as? any ForkingSession }

        var maxTasksPerWorker: Int? { self.forking?.maxTasksPerWorker }

        var isIdempotent: Bool { self.forking?.isIdempotent ?? true }

        func fork(
            _ body: @escaping @Sendable (_ send: @escaping ([UInt8]) -> Void) -> Void
        ) throws -> any ForkedWorker {
            guard let forking = self.forking else { throw NoCoder.Refusal() }
            return try forking.fork(body)
        }

        func workerWasLost() { self.inner.workerWasLost() }

        func close() {
            self.log.note(.closed)
            self.inner.close()
        }
    }
}

/// Codes nothing, for backends that need no bytes.
private struct NoCoder: TaskCoder {
    struct Refusal: Error, CustomStringConvertible {
        var description: String { "the backend that is recorded does not fork" }
    }

    func encode<T: Encodable>(_ value: T) throws -> [UInt8] { throw Refusal() }

    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T { throw Refusal() }
}
