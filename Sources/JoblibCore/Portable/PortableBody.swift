// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A task as the path to other processes sees it: without its type, so that what is done per task needs no generic code.
// SAFETY: its subclasses hold constants that are Sendable.
@usableFromInline
class ShippedBody: @unchecked Sendable {
    @usableFromInline
    init() {}

    /// The type of the task; `nil` for a closure, which cannot travel.
    @usableFromInline
    var type: (any PortableTask.Type)? { nil }

    /// How many bytes of memory the task is, where that is all there is to it; `nil` where it has to be encoded.
    @usableFromInline
    var plainByteCount: Int? { nil }

    /// Copies the memory of tasks of this one's type, where ``plainByteCount`` is known.
    @usableFromInline
    func pack(_ tasks: PlainTaskPacking) {}

    /// The values of the task as text.
    @usableFromInline
    var argumentText: String { "" }

    /// The task as bytes.
    ///
    /// - Throws: What its `encode(to:)` throws.
    @usableFromInline
    func encode(_ coder: any TaskCoder) throws -> [UInt8] { [] }
}

/// A portable task of any type that has one kind of output.
// SAFETY: its subclass holds a constant that is Sendable.
@usableFromInline
class PortableBody<Output: Sendable>: ShippedBody, @unchecked Sendable {
    @usableFromInline
    override init() { super.init() }

    @usableFromInline
    func run() throws -> Output {
        preconditionFailure("a portable task must say how it runs")
    }
}

// SAFETY: a constant that is Sendable.
@usableFromInline
final class PortableBodyOf<T: PortableTask>: PortableBody<T.Output>, @unchecked Sendable {
    @usableFromInline
    let task: T

    @usableFromInline
    init(_ task: T) {
        self.task = task
        super.init()
    }

    @usableFromInline
    override func run() throws -> T.Output { try self.task.run() }

    @usableFromInline
    override var type: (any PortableTask.Type)? { T.self }

    @usableFromInline
    override var plainByteCount: Int? { _isPOD(T.self) ? MemoryLayout<T>.size : nil }

    @usableFromInline
    override func pack(_ tasks: PlainTaskPacking) { T._pack(tasks) }

    @usableFromInline
    override var argumentText: String { ArgumentText.render(Mirror(reflecting: self.task).children.map(\.value)) }

    @usableFromInline
    override func encode(_ coder: any TaskCoder) throws -> [UInt8] { try coder.encode(self.task) }
}

/// A closure, which is refused when it comes up.
// SAFETY: a constant that is Sendable.
@usableFromInline
final class ClosureBody<Output: Sendable>: ShippedBody, @unchecked Sendable {
    private let task: Delayed<Output>

    @usableFromInline
    init(_ task: Delayed<Output>) {
        self.task = task
        super.init()
    }

    @usableFromInline
    override var argumentText: String { self.task.argumentText }
}

extension Delayed {
    @inlinable
    var shipped: ShippedBody {
        if case .portable(let body) = self.body { body } else { ClosureBody(self) }
    }
}
