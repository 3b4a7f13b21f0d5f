// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The tasks that were read together, and what has come of them; results leave in order.
// SAFETY: constants, and what is touched under the lock of its loop alone; `values` is allocated and freed here, and what of it is
// initialised is what `states` says.
@safe
final class ShippedGroup<Output: Sendable>: @unchecked Sendable {
    private enum TaskState: UInt8 { case open, ended, failed }

    let first: Int
    let bodies: ArraySlice<ShippedBody>
    private let values: UnsafeMutablePointer<Output>
    private var states: [TaskState]
    private var failures: [Int: TaskFailure] = [:]
    private var openCount: Int

    /// Whether its results have been handed on.
    var isHandedOn = false

    init(first: Int, _ bodies: ArraySlice<ShippedBody>) {
        self.first = first
        self.bodies = bodies
        unsafe self.values = UnsafeMutablePointer<Output>.allocate(capacity: bodies.count)
        self.states = Array(repeating: .open, count: bodies.count)
        self.openCount = bodies.count
    }

    deinit {
        if !_isPOD(Output.self) {
            for place in self.states.indices where self.states[place] == .ended {
                unsafe (self.values + place).deinitialize(count: 1)
            }
        }
        unsafe self.values.deallocate()
    }

    var count: Int { self.bodies.count }

    /// The task of an index in the input.
    func body(of index: Int) -> ShippedBody { self.bodies[self.bodies.startIndex + index - self.first] }

    /// The first task known to have failed, where that ends the loop.
    private(set) var endingIndex: Int?

    func noteEndingFailure(at index: Int) { self.endingIndex = min(self.endingIndex ?? index, index) }

    /// Whether every task has ended.
    var isComplete: Bool { self.openCount == 0 }

    /// Notes what has come of a task, unless that is known.
    ///
    /// - Returns: Whether it was not.
    func settle(_ index: Int, _ outcome: Swift.Result<Output, TaskFailure>) -> Bool {
        let place = index - self.first
        guard self.states[place] == .open else { return false }
        switch outcome {
        case .success(let output):
            unsafe (self.values + place).initialize(to: output)
            self.states[place] = .ended
        case .failure(let failure):
            self.failures[index] = failure
            self.states[place] = .failed
        }
        self.openCount -= 1
        return true
    }

    /// Notes the results of tasks in a row, which are plain bytes and of which nothing is known yet.
    ///
    /// - Parameters:
    ///   - first: The index of the first.
    ///   - count: How many there are.
    ///   - bytes: As many as so many values have.
    func settle(_ first: Int, _ count: Int, plain bytes: UnsafeRawBufferPointer) {
        let place = first - self.first
        let (size, stride) = (MemoryLayout<Output>.size, MemoryLayout<Output>.stride)
        precondition(place >= 0 && place + count <= self.states.count && bytes.count == count * size)
        if let source = bytes.baseAddress, size > 0 {
            let target = unsafe UnsafeMutableRawPointer(self.values + place)
            if size == stride {
                unsafe target.copyMemory(from: source, byteCount: bytes.count)
            } else {
                for offset in 0..<count {
                    unsafe (target + offset * stride).copyMemory(from: source + offset * size, byteCount: size)
                }
            }
        }
        for index in place..<place + count { self.states[index] = .ended }
        self.openCount -= count
    }

    /// The failure of the first task that has failed; `nil` when none has.
    var firstFailure: TaskFailure? { self.failures.min { $0.key < $1.key }?.value }

    /// What `store` makes of the tasks' outcomes, as far as they have ended in a row and it does not throw.
    ///
    /// - Parameter store: Makes what is handed out of an outcome.
    /// - Returns: The results, and what ended them early: an error, or nothing where a task has not ended.
    func results<Stored>(
        _ store: (Swift.Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) -> (results: [Stored], failure: (any Error)?, isAll: Bool) {
        let end = self.openCount == 0 ? self.states.count : self.states.firstIndex(of: .open) ?? self.states.count
        // What is handed out is the output itself, or something made of it, such as a `Result`.
        if self.failures.isEmpty, Stored.self == Output.self {
            let results = unsafe Array(UnsafeBufferPointer(start: self.values, count: end))
            // SAFETY: the two are one type.
            return (unsafe unsafeBitCast(results, to: [Stored].self), nil, end == self.states.count)
        }
        var results: [Stored] = []
        results.reserveCapacity(end)
        for place in 0..<end {
            do throws(TaskFailure) {
                if let failure = self.failures[self.first + place] {
                    results.append(try store(.failure(failure)))
                } else {
                    results.append(try store(.success(unsafe self.values[place])))
                }
            } catch {
                return (results, error, true)
            }
        }
        return (results, nil, end == self.states.count)
    }
}

/// Tasks of one group on their way to a worker and back.
// SAFETY: constants, and `entries`, which the loop's lock guards.
final class Shipment<Output: Sendable, Stored: Sendable>: ShippedWork, @unchecked Sendable {
    let loop: ShippingLoop<Output, Stored>
    let group: ShippedGroup<Output>
    let payload: [UInt8]

    /// The tasks that have not ended, in the order in which the worker runs them.
    var entries: ArraySlice<ShippingLedger.Entry>

    /// Whether its worker is done with it, or gone.
    var isFinished = false

    /// Whether nothing is to be with workers beside it.
    let isLone: Bool

    /// The task that the worker was in when it was last heard of.
    var current: Int?

    /// Whether the worker has said that a task has run out of time, for which it ends.
    var hasTimedOut = false

    /// How many tasks there were, and how long those that have ended took, in nanoseconds.
    let count: Int
    var work: UInt64 = 0

    init(
        _ loop: ShippingLoop<Output, Stored>,
        _ group: ShippedGroup<Output>,
        _ entries: [ShippingLedger.Entry],
        payload: [UInt8],
        isLone: Bool
    ) {
        self.loop = loop
        self.group = group
        self.entries = entries[...]
        self.count = entries.count
        self.payload = payload
        self.isLone = isLone
    }

    /// Removes tasks in a row that have ended, if they are the next; `nil` if they are not.
    ///
    /// - Returns: The first.
    func takeEntries(_ first: Int, _ count: Int, attempt: Int) -> ShippingLedger.Entry? {
        let row = self.entries.prefix(count)
        guard count > 0, row.count == count, let entry = row.first, entry.index == first, entry.attempt == attempt,
            let last = row.last, last.index == first + count - 1, last.attempt == attempt
        else { return nil }
        // Sent in the order of their indices, each once: nothing else can be in between.
        self.entries.removeFirst(count)
        return entry
    }

    /// Removes a task that has ended; `nil` if it is none of those that have not.
    func takeEntry(_ index: Int) -> ShippingLedger.Entry? {
        guard let place = self.entries.firstIndex(where: { $0.index == index }) else { return nil }
        let entry = self.entries[place]
        if place == self.entries.startIndex {
            self.entries.removeFirst()
        } else {
            self.entries.remove(at: place)
        }
        return entry
    }

    var isObsolete: Bool { self.loop.isStopped }

    func accept(_ answer: [UInt8]) { self.loop.accept(answer, of: self) }

    func finish() { self.loop.didFinish(self, lostBy: nil) }

    func wasLost(_ cause: any Error) { self.loop.didFinish(self, lostBy: cause) }

    func batchFailed(_ error: ParallelError) { self.loop.didFinish(self, lostBy: error) }

    /// Runs the tasks in this very process, all the same by way of bytes.
    func runAsBatch() {
        do {
            try PortableWorker.execute(
                self.payload,
                coder: self.loop.coder,
                isCancelled: { [loop] in loop.isStopped },
                overrun: { self.loop.didFinish(self, lostBy: nil) },
                send: { self.accept($0) }
            )
            self.finish()
        } catch {
            self.wasLost(error)
        }
    }
}
