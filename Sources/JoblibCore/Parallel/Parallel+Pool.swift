// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Opens the backend's workers once for all calls inside of a closure; joblib's `with Parallel(…) as parallel:`.
    ///
    /// Threads are kept between calls anyway; process and host backends start theirs at each call outside of a pool.
    ///
    /// - Parameter body: Gets a value that uses the pool. After the closure it behaves like the one it was made from. A
    ///   stream that was begun inside and goes on keeps the workers until its end.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; ``ParallelError`` when the workers could not be opened.
    public func withPool<T>(_ body: (Parallel) throws -> T) throws -> T {
        let pool = try self.openPool()
        defer { pool?.end() }
        return try body(pool.map { Parallel(self, pool: $0) } ?? self)
    }

    /// Opens the backend's workers once for all calls inside of an asynchronous closure; see the synchronous twin.
    ///
    /// - Throws: What the closure throws; ``ParallelError`` when the workers could not be opened.
    public func withPool<T>(_ body: (Parallel) async throws -> T) async throws -> T {
        let pool = try self.openPool()
        defer { pool?.end() }
        return try await body(pool.map { Parallel(self, pool: $0) } ?? self)
    }

    private func openPool() throws -> PooledSession? {
        let plan = try self.planWithoutTasks()
        guard plan.hasWorkers else { return nil }
        return PooledSession(try plan.openSession())
    }
}
