// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

@_spi(Reflection) internal import Swift
import Synchronization

/// Which types are numbers and nothing else, so that any bytes make a value of them, whoever has sent these.
///
/// Structs of such types, too, where no bytes are between the fields: these would tell whoever receives them of other things.
enum NumbersOnly {
    private static let numbers: [ObjectIdentifier: Int] = {
        var numbers: [ObjectIdentifier: Int] = [:]
        func add<T: BitwiseCopyable>(_ type: T.Type) { numbers[ObjectIdentifier(type)] = MemoryLayout<T>.size }
        add(Int.self)
        add(Int8.self)
        add(Int16.self)
        add(Int32.self)
        add(Int64.self)
        add(UInt.self)
        add(UInt8.self)
        add(UInt16.self)
        add(UInt32.self)
        add(UInt64.self)
        add(Float.self)
        add(Double.self)
        return numbers
    }()

    // Finding out takes longer than a short task. Programs have few such types, and names that come from elsewhere are not looked up here
    // before they were found to be those of tasks.
    private static let known = Mutex<[ObjectIdentifier: Bool]>([:])

    /// Whether any bytes, as many as a value has, make a value.
    static func contain(_ type: Any.Type) -> Bool {
        let id = ObjectIdentifier(type)
        if let known = self.known.withLock({ $0[id] }) { return known }
        let isOne = self.byteCount(of: type, depth: 0) != nil
        self.known.withLock { $0[id] = isOne }
        return isOne
    }

    /// How many bytes a value has, all of them those of numbers; `nil` where it has others.
    private static func byteCount(of type: Any.Type, depth: Int) -> Int? {
        if let size = self.numbers[ObjectIdentifier(type)] { return size }
        guard depth < 8 else { return nil }
        var sum = 0
        var isOne = true
        // Only a struct has fields here; of any other type it says that it does not know.
        let isStruct = unsafe _forEachField(of: type) { _, offset, field, _ in
            guard offset == sum, let size = self.byteCount(of: field, depth: depth + 1) else {
                isOne = false
                return false
            }
            sum += size
            return true
        }
        guard isStruct, isOne, sum == self.size(of: type) else { return nil }
        return sum
    }

    private static func size<T>(of type: T.Type) -> Int { MemoryLayout<T>.size }
}
