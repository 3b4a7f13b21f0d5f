// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where the tasks of a call come from that are sent.
// SAFETY: used by the one thread that feeds the loop; so are its subclasses.
@usableFromInline
class ShippedReader: @unchecked Sendable {
    /// Reads up to so many tasks; none at the end of the input.
    ///
    /// - Returns: The tasks, and the index of the first.
    func read(_ limit: Int) -> (first: Int, bodies: ArraySlice<ShippedBody>) {
        preconditionFailure("a reader must say how it reads")
    }

    /// Lets go of the input.
    func stop() {}
}

/// Tasks at hand.
// SAFETY: as for its superclass.
final class ArrayReader: ShippedReader, @unchecked Sendable {
    private var rest: ArraySlice<ShippedBody>

    init(_ bodies: [ShippedBody]) {
        self.rest = bodies[...]
    }

    override func read(_ limit: Int) -> (first: Int, bodies: ArraySlice<ShippedBody>) {
        let bodies = self.rest.prefix(limit)
        self.rest.removeFirst(bodies.count)
        return (bodies.startIndex, bodies)
    }

    override func stop() { self.rest = [] }
}

/// Tasks that are read as they are needed, by a closure that is compiled where the types are known.
// SAFETY: as for its superclass; the closure captures the iterator of a sequence that its caller has given away, or waits for.
@usableFromInline
final class SequenceReader: ShippedReader, @unchecked Sendable {
    private var ahead: ArraySlice<ShippedBody> = []
    private var count = 0
    private var more: ((Int) -> [ShippedBody])?

    @usableFromInline
    init(_ more: @escaping (Int) -> [ShippedBody]) {
        self.more = more
    }

    @inlinable
    convenience init<Output>(reading tasks: some Sequence<Delayed<Output>>) {
        var iterator = tasks.makeIterator()
        self.init { limit in
            var bodies: [ShippedBody] = []
            while bodies.count < limit, let task = iterator.next() { bodies.append(task.shipped) }
            return bodies
        }
    }

    /// Reads what is dispatched first, so that a task that cannot be sent is refused before any worker is asked for anything.
    func check(_ plan: CallPlan) throws(ParallelError) {
        self.ahead = (self.more?(Self.count(plan)) ?? [])[...]
        try ShippedBody.check(self.ahead, plan.settings)
    }

    /// How many tasks are dispatched at first: one for each batch that may be with a worker.
    static func count(_ plan: CallPlan) -> Int {
        let (count, overflow) = plan.workers.multipliedReportingOverflow(by: plan.settings.capabilities.batchesAhead)
        return max(1, min(overflow ? .max : count, plan.window ?? .max, 1 << 16))
    }

    override func read(_ limit: Int) -> (first: Int, bodies: ArraySlice<ShippedBody>) {
        let bodies = self.ahead.isEmpty ? (self.more?(limit) ?? [])[...] : self.ahead.prefix(limit)
        if !self.ahead.isEmpty { self.ahead.removeFirst(bodies.count) }
        defer { self.count += bodies.count }
        return (self.count, bodies)
    }

    override func stop() {
        self.ahead = []
        self.more = nil
    }
}

extension ShippedBody {
    /// Refuses tasks of which one cannot be sent.
    static func check(_ bodies: ArraySlice<ShippedBody>, _ settings: CallSettings) throws(ParallelError) {
        var known: ObjectIdentifier?
        for place in bodies.indices {
            let id = ObjectIdentifier(Swift.type(of: bodies[place]))
            // One of the type of the last can be sent as well.
            if id == known { continue }
            if let refusal = bodies[place].refusal("task \(place - bodies.startIndex)", settings) { throw refusal }
            known = id
        }
    }

    /// Why the task cannot be sent; `nil` if it can.
    ///
    /// - Parameters:
    ///   - name: What to call it.
    ///   - settings: Those of its call.
    /// - Returns: An error that names the task, the reason and the ways out.
    func refusal(_ name: @autoclosure () -> String, _ settings: CallSettings) -> ParallelError? {
        guard let type = self.type else {
            return settings.notPortable(
                name(),
                "it is a closure, which cannot leave its process; mark the function @Portable"
            )
        }
        guard PortableName.name(of: type) == nil else { return nil }
        return settings.notPortable(
            name(),
            "no other process can find its type \(type), which is private or local, or has an argument that is; "
                + "make that internal and declare it outside of functions"
        )
    }
}
