// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Numbers that `.npy` files hold, and `Bool`.
///
/// Those of the standard library are there already. Another type conforms if its bytes in memory are what NumPy takes for
/// its ``npyType``.
public protocol NPYElement: BitwiseCopyable, Sendable {
    /// NumPy's name without the byte order: a letter for the kind, and the number of bytes, such as `"f8"`.
    static var npyType: String { get }
}

/// Numbers of which any bytes are one, so that they may come from any file.
public protocol RawNumber: NPYElement {}

extension Int8: RawNumber {
    /// The name `i1`.
    public static var npyType: String { "i1" }
}

extension Int16: RawNumber {
    /// The name `i2`.
    public static var npyType: String { "i2" }
}

extension Int32: RawNumber {
    /// The name `i4`.
    public static var npyType: String { "i4" }
}

extension Int64: RawNumber {
    /// The name `i8`.
    public static var npyType: String { "i8" }
}

extension Int: RawNumber {
    /// The name `i8`, or `i4` on platforms of 32 bits.
    public static var npyType: String { "i\(MemoryLayout<Int>.size)" }
}

extension UInt8: RawNumber {
    /// The name `u1`.
    public static var npyType: String { "u1" }
}

extension UInt16: RawNumber {
    /// The name `u2`.
    public static var npyType: String { "u2" }
}

extension UInt32: RawNumber {
    /// The name `u4`.
    public static var npyType: String { "u4" }
}

extension UInt64: RawNumber {
    /// The name `u8`.
    public static var npyType: String { "u8" }
}

extension UInt: RawNumber {
    /// The name `u8`, or `u4` on platforms of 32 bits.
    public static var npyType: String { "u\(MemoryLayout<UInt>.size)" }
}

extension Float16: RawNumber {
    /// The name `f2`.
    public static var npyType: String { "f2" }
}

extension Float: RawNumber {
    /// The name `f4`.
    public static var npyType: String { "f4" }
}

extension Double: RawNumber {
    /// The name `f8`.
    public static var npyType: String { "f8" }
}

extension Bool: NPYElement {
    /// The name `b1`.
    public static var npyType: String { "b1" }
}
