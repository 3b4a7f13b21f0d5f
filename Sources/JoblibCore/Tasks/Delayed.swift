// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A call that has not been made yet, joblib's `delayed(f)(x)`.
///
/// Make one with `delayed`; ``Parallel`` runs it.
public struct Delayed<Output: Sendable>: Sendable {
    /// What a call with arguments is asked for.
    ///
    /// One closure serves both, so that a task costs one allocation, and its arguments are rendered only for a failure.
    @usableFromInline
    enum Purpose: Sendable {
        case output
        case argumentText
    }

    @usableFromInline
    enum Body: Sendable {
        case closure(@Sendable () throws -> Output)
        case call(@Sendable (Purpose) throws -> Output)
        case portable(PortableBody<Output>)
    }

    @usableFromInline
    let body: Body

    @inlinable
    init(body: Body) {
        self.body = body
    }

    /// Runs the task in the calling thread, outside of any loop.
    ///
    /// - Throws: What the task throws.
    @inlinable
    public func run() throws -> Output {
        switch self.body {
        case .closure(let closure): try closure()
        case .call(let call): try call(.output)
        case .portable(let task): try task.run()
        }
    }

    /// The arguments as text, rendered only when somebody must read them.
    var argumentText: String {
        if case .portable(let task) = self.body { return task.argumentText }
        guard case .call(let call) = self.body else { return "" }
        do {
            _ = try call(.argumentText)
        } catch let rendered as RenderedArguments {
            return rendered.text
        } catch {}
        return ""
    }
}

/// Carries the text of a call's arguments out of the closure that knows them.
@usableFromInline
struct RenderedArguments: Error {
    let text: String

    @usableFromInline
    init(_ arguments: Any...) {
        self.text = ArgumentText.render(arguments)
    }
}

/// A task that can render its own arguments.
protocol ArgumentsDescribing {
    var argumentText: String { get }
}

extension Delayed: ArgumentsDescribing {}
