// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Turns tasks, results and errors into bytes for another process, and back; joblib's pickler.
///
/// A worker makes the coder by its type's name and `init()`, so both sides need the same one.
public protocol TaskCoder: Sendable {
    /// Makes the coder as a worker has it.
    init()

    /// Whether bytes are taken for values as they are, since they come from a process of this very build that is as trustworthy
    /// as this one; by default they are not.
    var trustsMemory: Bool { get }

    /// Whether the same holds for values of one type; by default for all, or none.
    ///
    /// Where it holds though ``trustsMemory`` does not, any bytes have to make a value: those of a number do.
    func trustsMemory(of type: Any.Type) -> Bool

    /// Encodes a value.
    ///
    /// - Throws: What the value's `encode(to:)` throws.
    func encode<T: Encodable>(_ value: T) throws -> [UInt8]

    /// Decodes a value.
    ///
    /// - Throws: What its `init(from:)` throws, or an error that says what is wrong with the bytes.
    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T
}

/// A coder that keeps something of what it has encoded until a batch of tasks is done.
public protocol BatchTaskCoder: TaskCoder {
    /// What is encoded from now on belongs to another batch; called by one thread at a time.
    func beginBatch()

    /// All of the batch is encoded.
    ///
    /// - Returns: Called once its worker is done with the batch, or gone; `nil` where nothing is kept.
    func endBatch() -> (@Sendable () -> Void)?
}

extension BackendParameter {
    static let taskCoderName = "taskCoder"

    /// Has the tasks of a call coded by something else than what the backend has; joblib's `LOKY_PICKLER`.
    ///
    /// Taken by every backend whose workers see bytes only.
    ///
    /// - Parameter coder: The coder, of a type that is neither private nor local.
    /// - Returns: The parameter.
    public static func taskCoder(_ coder: some TaskCoder) -> BackendParameter {
        BackendParameter(name: Self.taskCoderName, value: coder as any TaskCoder)
    }
}

extension TaskCoder {
    /// They are not.
    public var trustsMemory: Bool { false }

    /// As for any other type.
    public func trustsMemory(of type: Any.Type) -> Bool { self.trustsMemory }
}
