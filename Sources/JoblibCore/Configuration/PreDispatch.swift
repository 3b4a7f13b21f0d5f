// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How many batches may be with the workers, or finished and not yet taken, before more of the input is read.
///
/// joblib's `pre_dispatch`: `.all`, a number, or an expression in `n_jobs` such as `"1.5*n_jobs"`. Whatever is wrong in it
/// is kept and refused by the first call that uses it. With one job its number is ignored.
public struct PreDispatch: Sendable, Hashable {
    private enum Storage: Hashable {
        case all
        case count(Int)
        case perWorker(Double)
        case expression(String)
    }

    private let storage: Storage

    /// The whole input is read at once (joblib's `"all"`).
    public static let all: PreDispatch = PreDispatch(storage: .all)

    /// Returns a number that grows with the workers.
    ///
    /// - Parameter factor: Batches for each worker, from 1 over the number of workers up; the product is rounded down.
    /// - Returns: The same as the expression `"factor*n_jobs"`.
    public static func perWorker(_ factor: Double) -> PreDispatch {
        PreDispatch(storage: .perWorker(factor))
    }

    /// Creates a fixed number.
    ///
    /// - Parameter count: A number of batches, at least 1.
    public init(_ count: Int) {
        self.init(storage: .count(count))
    }

    /// Creates a number from joblib's notation.
    ///
    /// - Parameter expression: `"all"`, or arithmetic on numbers and `n_jobs` (`nJobs` is the same) with Python's
    ///   operators `+ - * / // % **` and parentheses, at most 30 characters long once `n_jobs` is replaced by the number
    ///   of workers. Fractions are dropped from the result, which must be at least 1.
    public init(_ expression: String) {
        self.init(storage: expression == "all" ? .all : .expression(expression))
    }

    private init(storage: Storage) {
        self.storage = storage
    }
}

// MARK: - Value

extension PreDispatch {
    /// Returns the number of batches, or `nil` for ``all``.
    ///
    /// - Parameter nJobs: The number of workers, at least 1.
    /// - Returns: A number of batches, at least 1, or `nil`.
    /// - Throws: ``ParallelError`` with the code `invalidPreDispatch` when the expression cannot be read or the number is
    ///   below 1.
    func resolve(nJobs: Int) throws(ParallelError) -> Int? {
        switch self.storage {
        case .all:
            return nil
        case .count(let count):
            return try self.checked(count, nJobs: nJobs)
        case .perWorker(let factor):
            guard let count = Int(exactly: (factor * Double(nJobs)).rounded(.towardZero)) else {
                throw self.refusal("\(self.excerpt) is not a number of batches for \(nJobs) workers")
            }
            return try self.checked(count, nJobs: nJobs)
        case .expression("2*n_jobs"):
            // The default, met at every call, whatever its number of jobs.
            let (count, overflow) = nJobs.multipliedReportingOverflow(by: 2)
            return overflow ? .max : count
        case .expression(let text):
            let value: Double
            do {
                value = try Expression(text).value(nJobs: nJobs)
            } catch {
                throw self.refusal(error.reason)
            }
            return try self.checked(Int(value), nJobs: nJobs)
        }
    }

    /// Returns the number of batches for a call that may have fewer workers than it asked for.
    ///
    /// What is right for the jobs that a call asks for is not refused because a loop around it leaves it fewer; and with
    /// one worker, whose number is ignored, only what is wrong for any number of workers is.
    ///
    /// - Parameters:
    ///   - workers: The number of workers, at least 1.
    ///   - requested: The number that was asked for, at least `workers`.
    /// - Returns: A number of batches, at least 1, or `nil`.
    /// - Throws: ``ParallelError`` with the code `invalidPreDispatch`.
    func resolve(workers: Int, requested: Int) throws(ParallelError) -> Int? {
        do {
            return try self.resolve(nJobs: workers)
        } catch {
            guard workers == 1 || workers < requested else { throw error }
            _ = try self.resolve(nJobs: requested == 1 ? 64 : requested)
            return 1
        }
    }

    private func checked(_ count: Int, nJobs: Int) throws(ParallelError) -> Int {
        guard count >= 1 else {
            throw self.refusal("\(self.excerpt) is \(count) with nJobs = \(nJobs), which dispatches nothing")
        }
        return count
    }

    private func refusal(_ reason: String) -> ParallelError {
        ParallelError(
            .invalidPreDispatch,
            "\(reason); write an expression such as \"2*n_jobs\", .all, or a number from 1 up"
        )
    }

    private var excerpt: String {
        switch self.storage {
        case .all, .count, .perWorker: self.description
        case .expression(let text): text.excerpt
        }
    }
}

// MARK: - Literals

extension PreDispatch: ExpressibleByStringLiteral {
    /// Creates a number from joblib's notation.
    ///
    /// - Parameter value: `"all"`, or arithmetic on numbers and `n_jobs`.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension PreDispatch: ExpressibleByIntegerLiteral {
    /// Creates a fixed number.
    ///
    /// - Parameter value: A number of batches, at least 1.
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}

// MARK: - Description

extension PreDispatch: CustomStringConvertible {
    /// What joblib's user would write: `all`, a number, or an expression.
    public var description: String {
        switch self.storage {
        case .all: "all"
        case .count(let count): "\(count)"
        case .perWorker(let factor): "\(factor)*n_jobs"
        case .expression(let text): text
        }
    }
}
