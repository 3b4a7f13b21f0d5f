// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore
@_spi(Reflection) internal import Swift
import Synchronization

/// The types of which any bytes make a value, and of which it is known how they are coded, so that these bytes are taken from anybody.
///
/// Numbers, and tasks that have numbers alone and say that they are coded member by member. No other structs of such: a type of which any
/// bytes make a value may yet have values that its `init(from:)` refuses, as `Range` has.
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

    // Finding out takes longer than a short task. A program has few types of tasks, and no other types are noted here.
    private static let tasks = Mutex<[ObjectIdentifier: Bool]>([:])

    /// Whether any bytes, as many as a value has, make a value.
    static func contain(_ type: Any.Type) -> Bool {
        let id = ObjectIdentifier(type)
        if self.numbers[id] != nil { return true }
        if let known = self.tasks.withLock({ $0[id] }) { return known }
        guard let task = type as? any PortableTask.Type else { return false }
        let isOne = task.isCodedMemberwise && self.hasNumbersAlone(task)
        self.tasks.withLock { $0[id] = isOne }
        return isOne
    }

    /// Whether the fields of a struct are numbers, and all its bytes theirs: others would tell whoever gets them of other things.
    private static func hasNumbersAlone<T>(_ type: T.Type) -> Bool {
        var sum = 0
        var isOne = true
        // Only a struct has fields here; of any other type it says that it does not know.
        let isStruct = unsafe _forEachField(of: type) { _, offset, field, _ in
            guard offset == sum, let size = self.numbers[ObjectIdentifier(field)] else {
                isOne = false
                return false
            }
            sum += size
            return true
        }
        return isStruct && isOne && sum > 0 && sum == MemoryLayout<T>.size
    }
}
