// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The tasks that were read together, and what has come of them; results leave in order.
// SAFETY: constants, and what is touched under the lock of its loop alone, until it is handed on, and by whoever has it then;
// `values` and `states` are one piece of memory, allocated and freed here, and `states` says which values are there.
@safe
final class ShippedGroup: @unchecked Sendable {
    private enum State {
        static let open: UInt8 = 0
        static let ended: UInt8 = 1
        static let failed: UInt8 = 2

        /// Its output was moved to somebody else.
        static let taken: UInt8 = 3
    }

    let first: Int
    let count: Int
    private let layout: OutputLayout
    private let values: UnsafeMutableRawPointer
    private let states: UnsafeMutablePointer<UInt8>
    private var bodies: ArraySlice<ShippedBody>
    private var failures: [Int: TaskFailure] = [:]
    private var openCount: Int

    /// The first task known to have failed, where that ends the loop.
    private(set) var endingIndex: Int?

    /// Whether its results have been handed on.
    private(set) var isHandedOn = false

    init(first: Int, _ bodies: ArraySlice<ShippedBody>, _ layout: OutputLayout) {
        self.first = first
        self.count = bodies.count
        self.bodies = bodies
        self.layout = layout
        self.openCount = bodies.count
        let size = bodies.count * layout.stride
        unsafe self.values = .allocate(byteCount: size + bodies.count, alignment: max(layout.alignment, 16))
        unsafe self.states = (self.values + size).bindMemory(to: UInt8.self, capacity: bodies.count)
        unsafe self.states.initialize(repeating: State.open, count: bodies.count)
    }

    deinit {
        if !self.layout.isPlain {
            for place in 0..<self.count where unsafe self.states[place] == State.ended {
                unsafe self.layout.deinitialize(self.value(place))
            }
        }
        unsafe self.values.deallocate()
    }

    /// How far apart outputs are.
    var stride: Int { self.layout.stride }

    private func value(_ place: Int) -> UnsafeMutableRawPointer { unsafe self.values + place * self.layout.stride }

    // MARK: - Tasks

    /// The task of an index in the input, which has not ended.
    func body(of index: Int) -> ShippedBody { self.bodies[self.bodies.startIndex + index - self.first] }

    /// Tasks in a row, from an index in the input on, none of which has ended.
    func tasks(from index: Int, _ count: Int) -> ArraySlice<ShippedBody> {
        let start = self.bodies.startIndex + index - self.first
        return self.bodies[start..<start + count]
    }

    /// Takes the tasks out once they have all ended, to be let go of where no lock is held: they hold what is foreign.
    func takeTasks() -> ArraySlice<ShippedBody> {
        guard self.openCount == 0 else { return [] }
        defer { self.bodies = [] }
        return self.bodies
    }

    // MARK: - What has come of them

    /// Whether nothing is known of a task yet, and anybody wants to know.
    private func isOpen(_ place: Int) -> Bool { unsafe !self.isHandedOn && self.states[place] == State.open }

    /// Notes the output of a task, unless it is known what has come of it.
    ///
    /// - Parameters:
    ///   - index: The task.
    ///   - output: A value, which is moved from there.
    /// - Returns: Whether it was not; the value is the caller's if it was.
    func succeed(_ index: Int, _ output: UnsafeMutableRawPointer) -> Bool {
        let place = index - self.first
        guard self.isOpen(place) else { return false }
        if self.layout.isPlain {
            unsafe self.value(place).copyMemory(from: output, byteCount: self.layout.size)
        } else {
            unsafe self.layout.move(output, to: self.value(place), count: 1)
        }
        unsafe self.states[place] = State.ended
        self.openCount -= 1
        return true
    }

    /// Notes the outputs of tasks in a row, which are plain bytes.
    ///
    /// - Parameters:
    ///   - first: The index of the first.
    ///   - count: How many there are.
    ///   - bytes: As many as so many values have.
    func succeed(_ first: Int, _ count: Int, plain bytes: UnsafeRawBufferPointer) {
        let place = first - self.first
        let (size, stride) = (self.layout.size, self.layout.stride)
        precondition(place >= 0 && place + count <= self.count && bytes.count == count * size)
        // Of tasks that were sent once, nothing is known; and of none after it was handed on.
        guard !self.isHandedOn else { return }
        if let source = bytes.baseAddress, size > 0 {
            let target = unsafe self.value(place)
            if size == stride {
                unsafe target.copyMemory(from: source, byteCount: bytes.count)
            } else {
                for offset in 0..<count {
                    unsafe (target + offset * stride).copyMemory(from: source + offset * size, byteCount: size)
                }
            }
        }
        unsafe (self.states + place).update(repeating: State.ended, count: count)
        self.openCount -= count
    }

    /// Notes the failure of a task, unless it is known what has come of it.
    ///
    /// - Parameters:
    ///   - index: The task.
    ///   - failure: Its failure.
    ///   - isEnding: Whether that ends the loop.
    /// - Returns: Whether it was not.
    func fail(_ index: Int, _ failure: TaskFailure, isEnding: Bool) -> Bool {
        let place = index - self.first
        guard self.isOpen(place) else { return false }
        self.failures[index] = failure
        unsafe self.states[place] = State.failed
        self.openCount -= 1
        if isEnding { self.endingIndex = min(self.endingIndex ?? index, index) }
        return true
    }

    // MARK: - Results

    /// Hands its results on, once they are complete, or as far as they go before the first failure that ends the loop.
    ///
    /// - Parameter waits: Whether results before that failure are waited for.
    /// - Returns: How many tasks in a row have ended, and the failure behind them; `nil` if it is too early, or was done.
    func handOn(waits: Bool) -> (count: Int, failure: TaskFailure?)? {
        guard !self.isHandedOn else { return nil }
        guard let endingIndex = self.endingIndex else {
            guard self.openCount == 0 else { return nil }
            self.isHandedOn = true
            return (self.count, nil)
        }
        let end = endingIndex - self.first
        let count = (0..<end).first { unsafe self.states[$0] == State.open } ?? end
        // A result is missing before the failure: it still comes, unless the failure ends everything.
        if waits, count < end { return nil }
        self.isHandedOn = true
        return (count, self.failures[endingIndex])
    }

    /// Whether nobody has failed of the first tasks.
    func haveSucceeded(_ count: Int) -> Bool {
        self.failures.isEmpty || !self.failures.keys.contains { $0 < self.first + count }
    }

    /// Moves the outputs of the first tasks, all of which have succeeded, to memory that holds none; they are nobody else's then.
    func moveOutputs(_ count: Int, to target: UnsafeMutableRawPointer) {
        if self.layout.isPlain {
            unsafe target.copyMemory(from: self.values, byteCount: count * self.layout.stride)
        } else {
            unsafe self.layout.move(self.values, to: target, count: count)
            unsafe self.states.update(repeating: State.taken, count: count)
        }
    }

    /// What has come of a task; `nil` when nothing has, or its output was taken.
    func outcome<Output>(of index: Int, _ type: Output.Type) -> Swift.Result<Output, TaskFailure>? {
        precondition(ObjectIdentifier(type) == self.layout.type)
        if let failure = self.failures[index] { return .failure(failure) }
        let place = index - self.first
        guard unsafe self.states[place] == State.ended else { return nil }
        return .success(unsafe self.value(place).assumingMemoryBound(to: Output.self).pointee)
    }
}
