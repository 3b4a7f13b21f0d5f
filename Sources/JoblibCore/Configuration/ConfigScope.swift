// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The settings that hold in one `parallelConfig` scope.
///
/// A class, although it is a value: it holds a dozen references, which every call, every helper and every binding of the
/// task-local would count.
final class ConfigScope: Sendable {
    /// The innermost scope around the reader.
    ///
    /// A task-local does not cross threads: whoever starts one binds it there again.
    @TaskLocal static var current = ConfigScope(ParallelConfig())

    let config: ParallelConfig

    init(_ config: ParallelConfig) {
        self.config = config
    }

    /// Runs a closure inside of the scope.
    func bind<R>(_ body: () throws -> R) rethrows -> R {
        // On the caller's own thread it is there already, and reading it costs a third of binding it.
        if ConfigScope.current === self { return try body() }
        return try ConfigScope.$current.withValue(self, operation: body)
    }
}

extension ParallelConfig {
    /// The settings of the innermost scope around the reader.
    static var current: ParallelConfig { ConfigScope.current.config }
}
