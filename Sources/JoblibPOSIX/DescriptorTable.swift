// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

/// The descriptors of this process that belong to its dealings with children: each child closes those of the others.
final class DescriptorTable: Sendable {
    private static let perProcess = PerProcess { DescriptorTable() }

    private let known = Mutex<Set<Int32>>([])

    static var shared: DescriptorTable { self.perProcess.object }

    func add(_ descriptor: Int32) {
        self.known.withLock { _ = $0.insert(descriptor) }
    }

    /// Closes descriptors; those below 0 are none.
    func close(_ descriptors: [Int32]) {
        self.known.withLock { known in
            known.subtract(descriptors)
            // Under the lock: a number that is free may be another child's at once.
            for descriptor in descriptors where descriptor >= 0 { _ = Glibc.close(descriptor) }
        }
    }

    /// Runs a closure while no descriptor is added or closed, given all but some of them.
    func whileUnchanged(without own: [Int32], _ body: (UnsafeBufferPointer<Int32>) -> Int32) -> Int32 {
        self.known.withLock { known in
            unsafe Array(known.subtracting(own)).withUnsafeBufferPointer { unsafe body($0) }
        }
    }
}

/// Descriptors that are closed together when not all could be had.
struct DescriptorSet {
    private let table: DescriptorTable
    private(set) var all: [Int32] = []

    init(_ table: DescriptorTable) {
        self.table = table
    }

    mutating func pipe(isLarge: Bool = false) throws(SystemError) -> (reading: Int32, writing: Int32) {
        var ends: (Int32, Int32) = (-1, -1)
        let failure = unsafe joblib_child_pipe(isLarge ? 1 : 0, &ends.0, &ends.1)
        guard failure == 0 else { throw SystemError(errno: failure, call: "pipe2") }
        return (try self.add(ends.0, "pipe2"), try self.add(ends.1, "pipe2"))
    }

    mutating func add(_ descriptor: Int32, _ call: String) throws(SystemError) -> Int32 {
        guard descriptor >= 0 else { throw SystemError(errno: errno, call: call) }
        self.table.add(descriptor)
        self.all.append(descriptor)
        return descriptor
    }
}
