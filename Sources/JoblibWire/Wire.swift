// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The bytes that begin values.
///
/// All that is encoded is `version`, a value, the names of the keys, and the size of these names in four bytes.
enum Wire {
    static let version: UInt8 = 0x4a

    static let null: UInt8 = 0
    static let no: UInt8 = 1
    static let yes: UInt8 = 2
    /// A number of up to 64 bits, zigzag.
    static let integer: UInt8 = 3
    /// One that does not fit an `Int64`.
    static let unsigned: UInt8 = 4
    static let float: UInt8 = 5
    static let double: UInt8 = 6
    static let string: UInt8 = 7
    /// Keys and values follow, then a key number of 0.
    static let keyed: UInt8 = 8
    /// Values follow, then `end`.
    static let unkeyed: UInt8 = 9
    static let end: UInt8 = 10
    /// A size and the bytes of all that is encoded, in memory.
    static let memory: UInt8 = 11
    /// The code of a number's type, a size, and the bytes of an array of them in memory.
    static let numbers: UInt8 = 12
    /// 16 bytes of an integer of 128 bits.
    static let wide: UInt8 = 13

    /// An optional that is there and holds another, which follows.
    static let some: UInt8 = 14
    /// A size and the bytes of the elements of the array that is encoded, in memory.
    static let elements: UInt8 = 15
    /// An array that is elsewhere: the code of its numbers, or 0 for all that is encoded, four numbers, and the
    /// size and the bytes of a handle.
    static let reference: UInt8 = 16

    /// Numbers from 0 to 127 are this bit and themselves.
    static let small: UInt8 = 0x80
}
