// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Not Sendable: the one thread that writes a batch has it.
/// Tasks in a row whose bytes in memory are put one behind the other; what `PortableTask` itself copies them with.
///
/// Not to be used by programs.
@safe
public final class PlainTaskPacking {
    @usableFromInline
    let tasks: ArraySlice<ShippedBody>

    @usableFromInline
    let target: UnsafeMutableRawPointer

    /// How many were copied.
    @usableFromInline
    var count = 0

    /// Makes a packing.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, of which the first are of the type that is asked to copy them.
    ///   - target: Where their bytes go, with room for all.
    init(_ tasks: ArraySlice<ShippedBody>, to target: UnsafeMutableRawPointer) {
        self.tasks = tasks
        unsafe self.target = target
    }

    /// Copies tasks up to the first of another type.
    @inlinable
    func copy<T: PortableTask>(_ type: T.Type) {
        let id = ObjectIdentifier(PortableBodyOf<T>.self)
        var place = unsafe self.target
        var count = 0
        for task in self.tasks {
            guard ObjectIdentifier(Swift.type(of: task as AnyObject)) == id else { break }
            // SAFETY: it is of that type, which is final; and there is room for it.
            let body = unsafe unsafeDowncast(task, to: PortableBodyOf<T>.self)
            unsafe withUnsafeBytes(of: body.task) { bytes in
                guard let source = bytes.baseAddress else { return }
                unsafe place.copyMemory(from: source, byteCount: MemoryLayout<T>.size)
            }
            unsafe place += MemoryLayout<T>.size
            count += 1
        }
        self.count = count
    }
}
