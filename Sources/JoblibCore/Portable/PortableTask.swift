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

    /// Whether a value is coded as the compiler does it, member by member, and any members make a value; by default it is not known.
    ///
    /// Tasks of other hosts that have numbers alone need not be decoded then, which takes longer than a short task runs. `@Portable` says so
    /// of its tasks. Not to be said of a type with an `encode(to:)` or an `init(from:)` of its own.
    static var isCodedMemberwise: Bool { get }

    /// Runs tasks in a row that are plain bytes; not to be implemented, and not to be called.
    ///
    /// Here so that it is compiled for each type of task where that is declared: code for any type takes longer to look types up than
    /// a short task takes.
    static func _run(_ row: PlainTaskRow)

    /// Copies the bytes of tasks in a row; not to be implemented, and not to be called.
    ///
    /// Here for the same reason.
    static func _pack(_ tasks: PlainTaskPacking)
}

extension PortableTask {
    /// It is not known.
    public static var isCodedMemberwise: Bool { false }

    /// Copies the bytes of tasks in a row; see the requirement.
    @inlinable
    public static func _pack(_ tasks: PlainTaskPacking) { tasks.copy(Self.self) }

    /// Runs tasks in a row that are plain bytes; see the requirement.
    @inlinable
    public static func _run(_ row: PlainTaskRow) {
        while let (input, output) = unsafe row.begin() {
            let task = unsafe input.loadUnaligned(as: Self.self)
            do {
                let value = try task.run()
                unsafe withUnsafeBytes(of: value) { bytes in
                    guard let source = bytes.baseAddress else { return }
                    unsafe output.copyMemory(from: source, byteCount: bytes.count)
                }
                row.succeed()
            } catch {
                row.fail(error)
            }
        }
    }
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
