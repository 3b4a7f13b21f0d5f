// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Outputs of forked workers, in the parent, each in a slot of its own until it is taken.
// SAFETY: slots are filled by the threads that wait for workers, each its own, and read after those have left.
@safe
final class OutputSlots<Output>: @unchecked Sendable {
    let start: UnsafeMutablePointer<Output>
    private let count: Int
    private var isFilled: [Bool]

    init(count: Int) {
        self.count = count
        unsafe self.start = .allocate(capacity: count)
        self.isFilled = [Bool](repeating: false, count: count)
    }

    deinit {
        for position in 0..<self.count where self.isFilled[position] {
            unsafe (self.start + position).deinitialize(count: 1)
        }
        unsafe self.start.deallocate()
    }

    private func take(_ position: Int) -> Output? {
        guard self.isFilled[position] else { return nil }
        self.isFilled[position] = false
        return unsafe (self.start + position).move()
    }
}

extension OutputSlots where Output: Sendable {
    /// Takes what came of the tasks of a call that is over.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - tasks: Its tasks, whose slots these are.
    ///   - failures: Those that have failed.
    /// - Returns: What came of each task, in order, up to the first that did not end.
    func outcomes(
        of call: ForkedCall,
        _ tasks: IndexLoop,
        _ failures: TaskFailures
    ) -> [Result<Output, TaskFailure>] {
        self.collect(call, tasks)
        var outcomes: [Result<Output, TaskFailure>] = []
        outcomes.reserveCapacity(self.count)
        for position in 0..<self.count {
            guard let outcome = self.outcome(position, failures) else { break }
            outcomes.append(outcome)
        }
        return outcomes
    }

    private func outcome(_ position: Int, _ failures: TaskFailures) -> Result<Output, TaskFailure>? {
        if let failure = failures[position] { return .failure(failure) }
        return self.take(position).map { .success($0) }
    }

    private func collect(_ call: ForkedCall, _ tasks: IndexLoop) {
        for range in call.completed {
            if let slots = call.slots, call.transport?.isBitwise == true {
                unsafe tasks.copy(range, from: slots.worker)
            }
            self.didFill(range)
        }
    }

    /// Notes that slots are filled.
    func didFill(_ range: Range<Int>) {
        for position in range { self.isFilled[position] = true }
    }

    /// Takes what came of the tasks of a loop that is over, with their indices.
    func outcomes(_ failures: TaskFailures) -> [(index: Int, output: Result<Output, TaskFailure>)] {
        (0..<self.count).compactMap { position in self.outcome(position, failures).map { (position, $0) } }
    }
}

/// The tasks of a call that have failed.
final class TaskFailures: Sendable {
    private let all = Mutex<[Int: TaskFailure]>([:])

    subscript(position: Int) -> TaskFailure? { self.all.withLock { $0[position] } }

    /// The one of the first task.
    var first: TaskFailure? { self.all.withLock { $0.min { $0.key < $1.key }?.value } }

    func add(_ position: Int, _ failure: TaskFailure) {
        self.all.withLock { $0[position] = failure }
    }
}

extension TaskFailure {
    /// A failure of no task, to see what is made of one.
    static let example = TaskFailure(
        index: 0,
        arguments: "",
        underlyingError: RemoteError(typeName: "", description: ""),
        reason: .threw,
        worker: Worker(host: "", pid: 0),
        attempt: 1,
        remoteTrace: nil
    )
}
