// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// The facade: what users import. Re-exporting is its whole purpose.
@_exported public import JoblibCore
@_exported public import JoblibLoky
@_exported public import JoblibMultiprocessing
@_exported public import JoblibSharedMemory
@_exported public import JoblibThreading
@_exported public import JoblibWorkers

/// Registers the backends that come with the package.
///
/// A C constructor calls it before `main`, so that no program has to: Swift has no module initialiser.
@c(joblib_register_built_in_backends)
public func registerBuiltInBackends() {
    registerThreadingBackend()
    registerMultiprocessingBackend()
    registerLokyBackend()
}
