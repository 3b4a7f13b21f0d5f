// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Work that can leave the process: a value whose code is already in the program.
///
/// The worker is a process of the same program, which finds the type by its name, decodes the value and runs it. Nothing is
/// registered, and nothing that arrives can be code. Write one by hand, or put `@Portable` before a function.
///
/// The type must have a name that another process can find it by: neither it nor a generic argument of it is `private`,
/// `fileprivate` or declared inside of a function. Its output must be `Codable`, or made of plain bytes.
public protocol PortableTask<Output>: Codable, Sendable {
    /// What running it gives.
    associatedtype Output: Sendable

    /// Does the work, in the worker.
    ///
    /// - Returns: The output, which is sent back.
    /// - Throws: What the work throws; an error that is `Codable` arrives as itself, another as ``RemoteError``.
    func run() throws -> Output
}

extension Delayed {
    /// Puts a portable task off, which any backend can run.
    ///
    /// - Parameter task: The task; encoded when it leaves the process, with its stored values.
    @inlinable
    public init<T: PortableTask>(_ task: T) where T.Output == Output {
        self.init(body: .portable(PortableBodyOf(task)))
    }
}

/// A portable task of any type that has one kind of output.
// SAFETY: its subclass holds a constant that is Sendable.
@usableFromInline
class PortableBody<Output: Sendable>: @unchecked Sendable {
    @usableFromInline
    init() {}

    @usableFromInline
    func run() throws -> Output {
        preconditionFailure("a portable task must say how it runs")
    }

    /// The type of the task.
    @usableFromInline
    var type: any PortableTask.Type {
        preconditionFailure("a portable task must say what it is")
    }

    /// The values of the task as text.
    @usableFromInline
    var argumentText: String { "" }

    /// The task as bytes.
    ///
    /// - Throws: What its `encode(to:)` throws.
    @usableFromInline
    func encode(_ coder: any TaskCoder) throws -> [UInt8] { [] }
}

// SAFETY: a constant that is Sendable.
@usableFromInline
final class PortableBodyOf<T: PortableTask>: PortableBody<T.Output>, @unchecked Sendable {
    @usableFromInline
    let task: T

    @usableFromInline
    init(_ task: T) {
        self.task = task
    }

    @usableFromInline
    override func run() throws -> T.Output { try self.task.run() }

    @usableFromInline
    override var type: any PortableTask.Type { T.self }

    @usableFromInline
    override var argumentText: String { ArgumentText.render(Mirror(reflecting: self.task).children.map(\.value)) }

    @usableFromInline
    override func encode(_ coder: any TaskCoder) throws -> [UInt8] { try coder.encode(self.task) }
}
