// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A wrong call or a broken system, as opposed to a task that failed.
public struct ParallelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let code: Code

    /// The refused value and what to write instead, for people.
    public let detail: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: What is wrong.
    ///   - detail: The refused value and what to write instead.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// The code and the detail, on one line.
    public var description: String {
        "\(self.code): \(self.detail)"
    }
}

// MARK: - Code

extension ParallelError {
    /// An identifier of a kind of error; new ones may appear in any version.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Name: String {
            case invalidBatchSize
            case invalidByteCount
            case invalidMmapMode
            case invalidNJobs
            case invalidPreDispatch
            case unsupportedOption
        }

        private let name: Name

        /// A `batchSize` below 1.
        public static let invalidBatchSize = Code(name: .invalidBatchSize)

        /// A size such as `maxNBytes` that cannot be read.
        public static let invalidByteCount = Code(name: .invalidByteCount)

        /// An `mmapMode` that joblib does not have.
        public static let invalidMmapMode = Code(name: .invalidMmapMode)

        /// An `nJobs` of 0.
        public static let invalidNJobs = Code(name: .invalidNJobs)

        /// A `preDispatch` that cannot be read, or whose value is below 1.
        public static let invalidPreDispatch = Code(name: .invalidPreDispatch)

        /// An option that the chosen backend does not take.
        public static let unsupportedOption = Code(name: .unsupportedOption)

        /// The name in the source.
        public var description: String {
            self.name.rawValue
        }
    }
}
