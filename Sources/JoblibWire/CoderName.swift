// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// The name by which another process of the same program finds the type of a coder.
enum CoderName {
    /// How long a name may be, in bytes; finding a type takes stack and time by the length of its name.
    static let maximumLength = 256

    /// Finds the name of a coder's type.
    ///
    /// - Parameter type: Any coder's type.
    /// - Returns: Its mangled name; `nil` if it has none that means the same in another process.
    static func name(of type: any TaskCoder.Type) -> String? {
        guard let name = _mangledTypeName(type), self.coderType(named: name) == type else { return nil }
        return name
    }

    /// Finds a coder's type.
    ///
    /// - Parameter name: A name out of bytes that may be anything.
    /// - Returns: The type; `nil` if there is none of that name, or it is no coder.
    static func coderType(named name: String) -> (any TaskCoder.Type)? {
        // Any other character, `$` included, may stand for an address, and the runtime would read from there.
        guard name.utf8.count <= self.maximumLength, name.utf8.allSatisfy(self.isPlain) else { return nil }
        return _typeByName(name) as? any TaskCoder.Type
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
