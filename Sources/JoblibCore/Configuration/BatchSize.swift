// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The number of tasks that travel to a worker together.
///
/// joblib's `batch_size`. A number below 1 is kept as it is and refused by the first call that uses it.
public struct BatchSize: Sendable, Hashable {
    private let count: Int?

    /// A size that follows the measured duration of the tasks; starts at 1.
    public static let auto: BatchSize = BatchSize(count: nil)

    /// Creates a fixed size.
    ///
    /// - Parameter count: The tasks in one batch, at least 1.
    public init(_ count: Int) {
        self.init(count: count)
    }

    private init(count: Int?) {
        self.count = count
    }

    /// Returns the fixed size, or `nil` for ``auto``.
    ///
    /// - Returns: A number of tasks, at least 1, or `nil`.
    /// - Throws: ``ParallelError`` with the code `invalidBatchSize` when the size is below 1.
    func resolve() throws(ParallelError) -> Int? {
        try self.validate()
        return self.count
    }

    /// Refuses a size below 1.
    ///
    /// - Throws: ``ParallelError`` with the code `invalidBatchSize`.
    func validate() throws(ParallelError) {
        if let count = self.count, count < 1 {
            throw ParallelError(.invalidBatchSize, "\(count) is not a batch size; write .auto or a number from 1 up")
        }
    }
}

// MARK: - Literals

extension BatchSize: ExpressibleByIntegerLiteral {
    /// Creates a fixed size.
    ///
    /// - Parameter value: The tasks in one batch, at least 1.
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}

// MARK: - Description

extension BatchSize: CustomStringConvertible {
    /// The number, or joblib's word `auto`.
    public var description: String {
        self.count.map(String.init) ?? "auto"
    }
}
