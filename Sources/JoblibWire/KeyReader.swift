// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The keys of one value by their numbers, from 1; the next value most likely has the same ones.
struct KeyReader {
    /// A longer table is not kept for the next value.
    private static let keptSize = 65_536

    /// With so many keys, a dictionary is faster than a look at all.
    private static let fewCount = 8

    private(set) var keys: [String] = []
    private var table: [UInt8] = []

    /// Only made when keys are missing or come in another order.
    private var numbers: [String: Int]?

    /// Takes the table of the next value.
    mutating func read(_ bytes: UnsafeRawBufferPointer) throws(ReadingFault) {
        if unsafe self.isTable(bytes) { return }
        self = KeyReader()
        var position = 0
        while position < bytes.count {
            guard let length = unsafe ByteSource.varint(bytes, at: &position), length <= UInt64(bytes.count - position),
                let key = unsafe String(
                    validating: UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)]),
                    as: UTF8.self
                )
            else {
                self = KeyReader()
                throw .corrupted("the table of keys is damaged")
            }
            position += Int(length)
            self.keys.append(key)
        }
        unsafe self.table = [UInt8](bytes)
    }

    private func isTable(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == self.table.count else { return false }
        return unsafe self.table.withUnsafeBytes { table in
            var position = 0
            // Eight at a time: one at a time takes longer than the rest of a small value.
            while position + 8 <= bytes.count {
                let ours = unsafe table.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let theirs = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                guard ours == theirs else { return false }
                position += 8
            }
            while position < bytes.count {
                guard unsafe table[position] == bytes[position] else { return false }
                position += 1
            }
            return true
        }
    }

    /// Forgets a table that is too long to be kept.
    mutating func end() {
        if self.table.count > Self.keptSize { self = KeyReader() }
    }

    /// The number of a key; `nil` for one that no value has.
    mutating func number(of key: String) -> Int? {
        if self.keys.count <= Self.fewCount { return self.keys.lastIndex(of: key).map { $0 + 1 } }
        if let numbers = self.numbers { return numbers[key] }
        var numbers: [String: Int] = [:]
        for (index, key) in self.keys.enumerated() { numbers[key] = index + 1 }
        self.numbers = numbers
        return numbers[key]
    }
}
