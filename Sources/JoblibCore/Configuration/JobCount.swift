// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The arithmetic from a requested `nJobs` to a number of workers.
enum JobCount {
    /// Returns how many workers a request means.
    ///
    /// As joblib's `effective_n_jobs` of a pool backend: -1 is every CPU, -2 all but one, and a request may exceed the
    /// CPUs.
    ///
    /// - Parameters:
    ///   - requested: The `nJobs` asked for; `nil` when nobody asked.
    ///   - default: The backend's number when nobody asked.
    ///   - available: The CPUs that negative requests count from, at least 1.
    ///   - maximum: The backend's limit, at least 1; `nil` when it has none.
    /// - Returns: A number from 1 up.
    /// - Throws: ``ParallelError`` with the code `invalidNJobs` when the request is 0.
    static func resolve(
        _ requested: Int?,
        default: Int,
        available: Int,
        maximum: Int?
    ) throws(ParallelError) -> Int {
        let count: Int
        switch requested {
        case nil:
            count = `default`
        case .some(0):
            throw ParallelError(
                .invalidNJobs,
                "0 is not a job count; write 1 for one job or -1 for every CPU"
            )
        case .some(let number) where number < 0:
            // `number` first: `available + 1` overflows for the largest integer, this sum for none.
            count = number + available + 1
        case .some(let number):
            count = number
        }
        return max(min(count, maximum ?? count), 1)
    }
}
