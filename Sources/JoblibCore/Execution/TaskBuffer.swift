// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Tasks that one worker has read and not yet begun.
///
/// Tasks are moved in and out. An array would count a reference for each that is looked at, which is as much work as
/// the rest that is done for a short task.
///
/// A class, since the compiler crashes on a noncopyable value with a `deinit` here.
@safe
@usableFromInline
final class TaskBuffer<Output: Sendable> {
    // SAFETY: the elements from `head` up to `end` are initialised, and nobody else knows the buffer.
    @usableFromInline
    var tasks: UnsafeMutablePointer<Delayed<Output>>

    @usableFromInline
    var capacity: Int

    @usableFromInline
    var head = 0

    @usableFromInline
    var end = 0

    @inlinable
    init() {
        self.capacity = 16
        unsafe self.tasks = .allocate(capacity: 16)
    }

    deinit {
        unsafe (self.tasks + self.head).deinitialize(count: self.end - self.head)
        unsafe self.tasks.deallocate()
    }

    @inlinable
    var count: Int { self.end - self.head }

    /// Adds a task after those that are there.
    @inlinable
    func append(_ task: consuming Delayed<Output>) {
        if self.end == self.capacity { self.makeRoom() }
        unsafe (self.tasks + self.end).initialize(to: task)
        self.end += 1
    }

    /// Takes the task out that was added first.
    @inlinable
    func popFirst() -> Delayed<Output>? {
        guard self.head < self.end else { return nil }
        defer {
            self.head += 1
            if self.head == self.end { (self.head, self.end) = (0, 0) }
        }
        return unsafe (self.tasks + self.head).move()
    }

    @usableFromInline
    func makeRoom() {
        let count = self.count
        let larger = UnsafeMutablePointer<Delayed<Output>>.allocate(capacity: self.capacity * 2)
        unsafe larger.moveInitialize(from: self.tasks + self.head, count: count)
        unsafe self.tasks.deallocate()
        unsafe self.tasks = larger
        self.capacity *= 2
        (self.head, self.end) = (0, count)
    }
}
