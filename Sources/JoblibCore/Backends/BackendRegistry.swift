// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The backends that are known by name.
struct BackendRegistry: Sendable {
    typealias Factory = @Sendable (BackendRequest) throws -> any ParallelBackend

    /// Backends of this package that a program has to add, and how.
    private static let addedBy = [
        "loky": (module: "JoblibLoky", call: "registerLokyBackend()"),
        "multiprocessing": (module: "JoblibMultiprocessing", call: "registerMultiprocessingBackend()"),
        "threading": (module: "JoblibThreading", call: "registerThreadingBackend()"),
    ]

    /// The same for those that the facade does not bring.
    private static let addedWithTrait = [
        "tcp": (trait: "TCP", module: "JoblibTCP", call: "registerTCPBackend()")
    ]

    /// Few, and in an array: backends are registered before `main`, and where the standard library is linked statically possibly before it
    /// has chosen its hashes, after which a dictionary would find nothing of what it has.
    private var factories: [(name: String, make: Factory)] = [("sequential", { _ in SequentialBackend() })]

    private(set) var defaultName = "threading"

    var names: [String] { self.factories.map(\.name).sorted() }

    mutating func register(_ name: String, makeDefault: Bool, _ factory: @escaping Factory) {
        if let place = self.factories.firstIndex(where: { $0.name == name }) {
            self.factories[place].make = factory
        } else {
            self.factories.append((name, factory))
        }
        if makeDefault { self.defaultName = name }
    }

    func knows(_ name: String) -> Bool { self.factory(ifKnown: name) != nil }

    private func factory(ifKnown name: String) -> Factory? { self.factories.first { $0.name == name }?.make }

    func factory(named name: String) throws(ParallelError) -> Factory {
        if let factory = self.factory(ifKnown: name) { return factory }
        let known = "known are: \(self.names.joined(separator: ", "))"
        if let added = Self.addedBy[name] {
            throw ParallelError(
                .unknownBackend,
                "'\(name)' is not registered; import \(added.module) and call \(added.call) first, or import Joblib; \(known)"
            )
        }
        if let added = Self.addedWithTrait[name] {
            throw ParallelError(
                .unknownBackend,
                "'\(name)' is not registered; depend on swift-joblib with the trait \(added.trait), import \(added.module) and call "
                    + "\(added.call) first; \(known)"
            )
        }
        throw ParallelError(
            .unknownBackend,
            "'\(name)' is not registered; \(known); add others with registerParallelBackend(_:_:)"
        )
    }

    /// The registry as it is at one time.
    private final class Snapshot: Sendable {
        let registry: BackendRegistry

        init(_ registry: BackendRegistry) {
            self.registry = registry
        }
    }

    // Held while the registry is changed, and not to read it: in a forked child it may be locked for ever.
    private static let changes = Mutex(())

    // The registry, retained for ever, since somebody may be reading it: registrations are few. 0: as it is at first.
    //
    // Releasing after it is made, acquiring before it is read.
    private static let address = Atomic<UInt>(0)

    /// The registry as it is now.
    private static var current: BackendRegistry {
        // SAFETY: whatever stands there was retained and is never released.
        unsafe UnsafeRawPointer(bitPattern: self.address.load(ordering: .acquiring))
            .map { unsafe Unmanaged<Snapshot>.fromOpaque($0).takeUnretainedValue().registry } ?? BackendRegistry()
    }

    // Releasing after the change, acquiring before a look at it: who sees the number sees the registration.
    private static let registrationCount = Atomic<Int>(0)

    /// How many registrations there have been: what was concluded from the registry holds as long as this does.
    static var registrations: Int { self.registrationCount.load(ordering: .acquiring) }

    static func registerShared(_ name: String, makeDefault: Bool, _ factory: @escaping Factory) {
        self.changes.withLock { _ in
            var registry = self.current
            registry.register(name, makeDefault: makeDefault, factory)
            let snapshot = unsafe Unmanaged.passRetained(Snapshot(registry)).toOpaque()
            self.address.store(UInt(bitPattern: snapshot), ordering: .releasing)
        }
        self.registrationCount.wrappingAdd(1, ordering: .releasing)
    }

    static var sharedNames: [String] { self.current.names }

    static func knows(_ name: String) -> Bool { self.current.knows(name) }

    static func factory(named name: String) throws(ParallelError) -> Factory {
        try self.current.factory(named: name)
    }

    static func decide(_ choice: BackendChoice) throws(ParallelError) -> BackendChoice.Step {
        let registry = self.current
        return try choice.decide(defaultName: registry.defaultName, isRegistered: registry.knows)
    }

    /// The names of the registered backends whose capabilities meet a condition; one whose factory throws does not.
    static func names(where condition: (BackendCapabilities) -> Bool) -> [String] {
        let registry = self.current
        return registry.names.filter { name in
            guard let backend = try? registry.factory(ifKnown: name)?(BackendRequest(name: name)) else { return false }
            return condition(backend.capabilities)
        }
    }
}

/// Registers a backend under a name, for `Parallel(backend: "name")` and `parallelConfig(backend: "name")`.
///
/// A second registration of a name replaces the first, as in joblib. joblib's `register_parallel_backend`.
///
/// - Parameters:
///   - name: The name, compared exactly.
///   - makeDefault: Whether loops that choose no backend use it from now on.
///   - factory: Makes the backend; called at the first call of each ``Parallel`` value that needs it, and again after
///     another registration, so it should be cheap. What it throws becomes the call's error, a ``ParallelError`` that
///     names the backend: `.startupFailed` unless it was a `ParallelError` already.
public func registerParallelBackend(
    _ name: String,
    makeDefault: Bool = false,
    _ factory: @escaping @Sendable (BackendRequest) throws -> any ParallelBackend
) {
    BackendRegistry.registerShared(name, makeDefault: makeDefault, factory)
}

/// Returns the names of the registered backends, sorted.
public func registeredParallelBackends() -> [String] {
    BackendRegistry.sharedNames
}

/// Makes a backend that is registered, for backends that pass batches on to another one.
///
/// - Parameter request: The name, and the parameters for it.
/// - Returns: What the factory makes.
/// - Throws: ``ParallelError`` `.unknownBackend` when there is none of that name; `.startupFailed`, or another one, when the factory
///   throws.
public func makeParallelBackend(_ request: BackendRequest) throws(ParallelError) -> any ParallelBackend {
    let factory = try BackendRegistry.factory(named: request.name)
    do {
        return try factory(request)
    } catch {
        throw ParallelError.wrapping(error, as: .startupFailed, "backend '\(request.name)'", "could not be made")
    }
}
