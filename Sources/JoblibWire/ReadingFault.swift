// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What is wrong with bytes, without where that is: finding out takes longer than most values, and most are well.
enum ReadingFault: Error {
    case corrupted(String)
    case mismatch(Any.Type)

    /// The error to be thrown.
    ///
    /// - Parameters:
    ///   - parent: The decoder of the container that the value is in, if it is in one.
    ///   - key: Where in it.
    /// - Returns: An error that names the path.
    func error(in parent: ValueDecoder?, at key: (any CodingKey)?) -> DecodingError {
        let path = (parent?.codingPath ?? []) + (key.map { [$0] } ?? [])
        switch self {
        case .corrupted(let reason):
            return .dataCorrupted(DecodingError.Context(codingPath: path, debugDescription: reason))
        case .mismatch(let type):
            let reason = "a value of another type was expected"
            return .typeMismatch(type, DecodingError.Context(codingPath: path, debugDescription: reason))
        }
    }
}
