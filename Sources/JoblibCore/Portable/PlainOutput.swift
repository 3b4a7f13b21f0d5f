// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Which outputs are plain bytes, and may travel as these between two processes that trust each other.
enum PlainOutput {
    // Finding out takes longer than a short task.
    private static let known = Mutex<(type: ObjectIdentifier, byteCount: Int?)?>(nil)

    /// How many bytes a value is in memory, where these are all there is to it; `nil` where it has to be encoded, or cannot be sent.
    static func byteCount<Output>(of type: Output.Type) -> Int? {
        let id = ObjectIdentifier(type)
        if let known = self.known.withLock({ $0 }), known.type == id { return known.byteCount }
        let isPlain = _isPOD(type) && (type == Void.self || type is any Codable.Type || self.isPlainTuple(type))
        let byteCount = isPlain ? MemoryLayout<Output>.size : nil
        self.known.withLock { $0 = (id, byteCount) }
        return byteCount
    }

    /// Whether a type is a tuple of what is Codable: a bare value may be an address, as of a function or a static string, which
    /// means nothing in another process.
    static func isPlainTuple(_ type: Any.Type) -> Bool {
        // SAFETY: the metadata of a tuple is its kind, 0x301, the number of elements, their labels, and a type and an offset for
        // each; the first word of any metadata is its kind. ABI of the standard library, "Type Metadata".
        let words = unsafe unsafeBitCast(type, to: UnsafePointer<UInt>.self)
        guard unsafe words[0] == 0x301 else { return false }
        return (0..<Int(unsafe words[1]))
            .allSatisfy { index in
                let element = unsafe unsafeBitCast(words[3 + 2 * index], to: Any.Type.self)
                return element is any Codable.Type || self.isPlainTuple(element)
            }
    }
}
