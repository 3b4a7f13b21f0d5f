// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Arities are written out: a parameter pack fails to type-check with overloaded functions such as `sqrt` and with
// closure literals (Swift 6.3.1).

/// Puts a closure off, to be run by ``Parallel``.
///
/// - Parameter body: The task; what it captures is shared with the caller, so it must be safe to share.
/// - Returns: The task, for ``Parallel`` to run.
@inlinable
public func delayed<R: Sendable>(_ body: @escaping @Sendable () throws -> R) -> Delayed<R> {
    Delayed(body: .closure(body))
}

/// Puts a call of a function without arguments off: `delayed(f)()`, joblib's `delayed`.
@inlinable
@_disfavoredOverload
public func delayed<R: Sendable>(_ function: @escaping @Sendable () throws -> R) -> () -> Delayed<R> {
    { Delayed(body: .closure(function)) }
}

/// Puts a call of a function that has a portable twin off: the twin makes the task.
@inlinable
public func delayed<R: Sendable>(_ portable: @escaping @Sendable () -> Delayed<R>) -> () -> Delayed<R> {
    portable
}

/// Puts a call of a function of one argument off: `delayed(f)(a)`, joblib's `delayed`.
@inlinable
@_disfavoredOverload
public func delayed<A: Sendable, R: Sendable>(
    _ function: @escaping @Sendable (A) throws -> R
) -> (A) -> Delayed<R> {
    { a in
        Delayed(
            body: .call { purpose in
                if purpose == .argumentText { throw RenderedArguments(a) }
                return try function(a)
            }
        )
    }
}

/// Puts a call of a function that has a portable twin off: the twin makes the task.
@inlinable
public func delayed<A: Sendable, R: Sendable>(
    _ portable: @escaping @Sendable (A) -> Delayed<R>
) -> (A) -> Delayed<R> {
    portable
}

/// Puts a call of a function of two arguments off: `delayed(f)(a, b)`, joblib's `delayed`.
@inlinable
@_disfavoredOverload
public func delayed<A: Sendable, B: Sendable, R: Sendable>(
    _ function: @escaping @Sendable (A, B) throws -> R
) -> (A, B) -> Delayed<R> {
    { a, b in
        Delayed(
            body: .call { purpose in
                if purpose == .argumentText { throw RenderedArguments(a, b) }
                return try function(a, b)
            }
        )
    }
}

/// Puts a call of a function that has a portable twin off: the twin makes the task.
@inlinable
public func delayed<A: Sendable, B: Sendable, R: Sendable>(
    _ portable: @escaping @Sendable (A, B) -> Delayed<R>
) -> (A, B) -> Delayed<R> {
    portable
}

/// Puts a call of a function of three arguments off: `delayed(f)(a, b, c)`, joblib's `delayed`.
@inlinable
@_disfavoredOverload
public func delayed<A: Sendable, B: Sendable, C: Sendable, R: Sendable>(
    _ function: @escaping @Sendable (A, B, C) throws -> R
) -> (A, B, C) -> Delayed<R> {
    { a, b, c in
        Delayed(
            body: .call { purpose in
                if purpose == .argumentText { throw RenderedArguments(a, b, c) }
                return try function(a, b, c)
            }
        )
    }
}

/// Puts a call of a function that has a portable twin off: the twin makes the task.
@inlinable
public func delayed<A: Sendable, B: Sendable, C: Sendable, R: Sendable>(
    _ portable: @escaping @Sendable (A, B, C) -> Delayed<R>
) -> (A, B, C) -> Delayed<R> {
    portable
}

/// Puts a call of a function of four arguments off: `delayed(f)(a, b, c, d)`, joblib's `delayed`.
@inlinable
@_disfavoredOverload
public func delayed<A: Sendable, B: Sendable, C: Sendable, D: Sendable, R: Sendable>(
    _ function: @escaping @Sendable (A, B, C, D) throws -> R
) -> (A, B, C, D) -> Delayed<R> {
    { a, b, c, d in
        Delayed(
            body: .call { purpose in
                if purpose == .argumentText { throw RenderedArguments(a, b, c, d) }
                return try function(a, b, c, d)
            }
        )
    }
}

/// Puts a call of a function that has a portable twin off: the twin makes the task.
@inlinable
public func delayed<A: Sendable, B: Sendable, C: Sendable, D: Sendable, R: Sendable>(
    _ portable: @escaping @Sendable (A, B, C, D) -> Delayed<R>
) -> (A, B, C, D) -> Delayed<R> {
    portable
}

/// Puts a call of a function of five arguments off: `delayed(f)(a, b, c, d, e)`, joblib's `delayed`.
@inlinable
@_disfavoredOverload
public func delayed<A: Sendable, B: Sendable, C: Sendable, D: Sendable, E: Sendable, R: Sendable>(
    _ function: @escaping @Sendable (A, B, C, D, E) throws -> R
) -> (A, B, C, D, E) -> Delayed<R> {
    { a, b, c, d, e in
        Delayed(
            body: .call { purpose in
                if purpose == .argumentText { throw RenderedArguments(a, b, c, d, e) }
                return try function(a, b, c, d, e)
            }
        )
    }
}

/// Puts a call of a function that has a portable twin off: the twin makes the task.
@inlinable
public func delayed<A: Sendable, B: Sendable, C: Sendable, D: Sendable, E: Sendable, R: Sendable>(
    _ portable: @escaping @Sendable (A, B, C, D, E) -> Delayed<R>
) -> (A, B, C, D, E) -> Delayed<R> {
    portable
}

/// Puts a call of a function of six arguments off: `delayed(f)(a, b, c, d, e, f)`, joblib's `delayed`.
@inlinable
@_disfavoredOverload
public func delayed<A: Sendable, B: Sendable, C: Sendable, D: Sendable, E: Sendable, F: Sendable, R: Sendable>(
    _ function: @escaping @Sendable (A, B, C, D, E, F) throws -> R
) -> (A, B, C, D, E, F) -> Delayed<R> {
    { a, b, c, d, e, f in
        Delayed(
            body: .call { purpose in
                if purpose == .argumentText { throw RenderedArguments(a, b, c, d, e, f) }
                return try function(a, b, c, d, e, f)
            }
        )
    }
}

/// Puts a call of a function that has a portable twin off: the twin makes the task.
@inlinable
public func delayed<A: Sendable, B: Sendable, C: Sendable, D: Sendable, E: Sendable, F: Sendable, R: Sendable>(
    _ portable: @escaping @Sendable (A, B, C, D, E, F) -> Delayed<R>
) -> (A, B, C, D, E, F) -> Delayed<R> {
    portable
}
