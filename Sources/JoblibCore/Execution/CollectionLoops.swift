// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// An index loop over the elements of a collection.
///
/// A class and not a closure for each: a call makes one object.
// SAFETY: the collection is written before the loop is announced, and cleared once after its gate has closed for ever.
class CollectionLoop<C: RandomAccessCollection & Sendable>: IndexLoop, @unchecked Sendable {
    /// What the loop goes over, until its end: a batch that came too late must not keep it.
    final private(set) var items: C?

    init(
        _ plan: CallPlan,
        _ items: C,
        count: Int,
        storeFailure: (@Sendable (Int, TaskFailure) -> Void)? = nil
    ) {
        self.items = items
        super.init(plan, count: count, storeFailure: storeFailure)
    }

    override func argumentText(_ index: Int) -> String {
        guard let items = self.items else { return "" }
        let element = items[items.index(items.startIndex, offsetBy: index)]
        return (element as? any ArgumentsDescribing)?.argumentText ?? ArgumentText.render(element)
    }

    override func releaseKernel() { self.items = nil }
}

/// A loop whose tasks leave nothing behind.
// SAFETY: the kernel is written before the loop is announced, and cleared once after its gate has closed for ever.
final class PerformingLoop<C: RandomAccessCollection & Sendable>: CollectionLoop<C>, @unchecked Sendable {
    /// Built in the caller's module, so that the task can be inlined into it.
    typealias Kernel = @Sendable (inout ChunkClaims, C) throws -> Void

    private var kernel: Kernel?

    init(_ plan: CallPlan, _ items: C, count: Int, _ kernel: @escaping Kernel) {
        self.kernel = kernel
        super.init(plan, items, count: count)
    }

    override func runChunks(_ claims: inout ChunkClaims) throws {
        guard let kernel = self.kernel, let items = self.items else { return }
        try kernel(&claims, items)
    }

    override func releaseKernel() {
        self.kernel = nil
        super.releaseKernel()
    }
}

/// A loop whose tasks each fill a slot.
// SAFETY: the kernel is written before the loop is announced, and cleared once after its gate has closed for ever. Each
// slot is written by the one worker that claimed its position, and read by the caller after the loop has ended; a thread
// abandoned in a task never reaches its slot.
@safe
final class CollectingLoop<C: RandomAccessCollection & Sendable, R>: CollectionLoop<C>, @unchecked Sendable {
    /// Built in the caller's module, so that the task can be inlined into it.
    typealias Kernel = @Sendable (inout ChunkClaims, C, UnsafeMutablePointer<R>) throws -> Void

    private let slots: UnsafeMutablePointer<R>
    private var kernel: Kernel?

    init(
        _ plan: CallPlan,
        _ items: C,
        count: Int,
        slots: UnsafeMutablePointer<R>,
        storeFailure: (@Sendable (Int, TaskFailure) -> Void)?,
        _ kernel: @escaping Kernel
    ) {
        unsafe self.slots = slots
        unsafe self.kernel = kernel
        super.init(plan, items, count: count, storeFailure: storeFailure)
    }

    override func runChunks(_ claims: inout ChunkClaims) throws {
        guard let kernel = unsafe self.kernel, let items = self.items else { return }
        try unsafe kernel(&claims, items, self.slots)
    }

    override func transport(_ coder: any TaskCoder, _ backend: String) throws -> ResultTransport? {
        try ResultTransport(R.self, coder, backend)
    }

    override func runChunks(_ claims: inout ChunkClaims, forked slots: UnsafeMutableRawPointer?) throws {
        guard let kernel = unsafe self.kernel, let items = self.items, let slots = unsafe slots else { return }
        try unsafe kernel(&claims, items, slots.assumingMemoryBound(to: R.self))
    }

    override func store(
        _ bytes: ArraySlice<UInt8>,
        lentIn memory: LentMemory?,
        at position: Int,
        _ transport: ResultTransport
    ) throws {
        try unsafe transport.decode(bytes, lentIn: memory, into: UnsafeMutableRawPointer(self.slots + position))
    }

    override func copy(_ positions: Range<Int>, from slots: UnsafeMutableRawPointer) {
        let results = unsafe slots.assumingMemoryBound(to: R.self)
        unsafe (self.slots + positions.lowerBound)
            .initialize(from: results + positions.lowerBound, count: positions.count)
    }

    override func releaseKernel() {
        unsafe self.kernel = nil
        super.releaseKernel()
    }
}
