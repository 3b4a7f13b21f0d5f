// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The types of which any bytes make a value, and of which everybody knows how they are coded, so that these bytes are taken from anybody.
///
/// Not structs of such: a type of which any bytes make a value may yet have values that its `init(from:)` refuses, as `Range` has.
enum NumbersOnly {
    private static let types: Set<ObjectIdentifier> = [
        ObjectIdentifier(Int.self), ObjectIdentifier(Int8.self), ObjectIdentifier(Int16.self),
        ObjectIdentifier(Int32.self), ObjectIdentifier(Int64.self), ObjectIdentifier(UInt.self),
        ObjectIdentifier(UInt8.self), ObjectIdentifier(UInt16.self), ObjectIdentifier(UInt32.self),
        ObjectIdentifier(UInt64.self), ObjectIdentifier(Float.self), ObjectIdentifier(Double.self),
    ]

    /// Whether any bytes, as many as a value has, make a value.
    static func contain(_ type: Any.Type) -> Bool { self.types.contains(ObjectIdentifier(type)) }
}
