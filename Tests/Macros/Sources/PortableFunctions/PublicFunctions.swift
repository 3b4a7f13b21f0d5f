// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import Joblib
public import JoblibMacros

/// A function of a library.
@Portable
public func scaled(_ values: [Double], by factor: Double = 2) -> [Double] {
    values.map { $0 * factor }
}

/// A type of a library.
public enum Statistics {
    /// An error that travels as itself.
    public struct NoValues: Error, Codable, Equatable {
        /// Says that there are none.
        public init() {}
    }

    /// Throws an error of the library.
    @Portable
    public static func mean(of values: [Double]) throws -> Double {
        guard !values.isEmpty else { throw NoValues() }
        return values.reduce(0, +) / Double(values.count)
    }

    @Portable
    package static func count(_ values: [Double]) -> Int { values.count }
}

extension Statistics {
    /// Returns an optional.
    @Portable
    public static func largest(of values: [Double]) -> Double? { values.max() }
}

// The access of its members is said by the extension alone, as users may write it.
// swift-format-ignore: NoAccessLevelOnExtensionDeclaration
public extension Statistics {
    /// Is public without a word of its own.
    @Portable
    static func sum(of values: [Double]) -> Double { values.reduce(0, +) }
}
