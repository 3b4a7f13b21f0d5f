// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Synchronization

/// Objects by their keys, each made by whoever asks first.
///
/// Making one may take as long as the system takes to look up a name: whoever asks for the same waits for it, and nobody else.
final class KeptObjects<Key: Hashable & Sendable, Object: AnyObject & Sendable>: Sendable {
    private final class Place: Sendable {
        struct State {
            var object: Object?

            /// Whether it is nobody's place any more: who has waited for it looks again.
            var isGone = false
        }

        /// Locked while the object is being made.
        let state = Mutex(State())
    }

    private let places = Mutex<[Key: Place]>([:])

    /// The object of a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - whenFound: Called with it while nobody can take it out.
    ///   - make: Called when there is none; after a failure the next one tries again.
    /// - Returns: The object.
    /// - Throws: What `make` throws.
    func find(_ key: Key, whenFound: (Object) -> Void = { _ in }, make: () throws -> Object) throws -> Object {
        while true {
            let place = self.places.withLock { places in
                let place = places[key] ?? Place()
                places[key] = place
                return place
            }
            let found = try place.state.withLock { state -> Object? in
                if state.isGone { return nil }
                do {
                    let object = try state.object ?? make()
                    state.object = object
                    whenFound(object)
                    return object
                } catch {
                    self.discard(key, &state)
                    throw error
                }
            }
            if let found { return found }
        }
    }

    private func discard(_ key: Key, _ state: inout Place.State) {
        state.object = nil
        state.isGone = true
        self.places.withLock { $0[key] = nil }
    }

    /// The objects that are there; those that are being made are left out.
    var all: [(Key, Object)] {
        let places = self.places.withLock { $0 }
        return places.compactMap { key, place in
            let object = place.state.withLockIfAvailable { $0.object } ?? nil
            return object.map { (key, $0) }
        }
    }

    /// Takes out the objects of some keys, once nobody looks at them any more; those that are still to be made are left.
    ///
    /// Waits for whoever has one in hand, so that it must not be called from within what ``find(_:whenFound:make:)`` or
    /// ``remove(_:of:where:)`` call for one of these.
    ///
    /// - Parameter isMeant: Whether it is one of these.
    /// - Returns: The objects.
    func take(where isMeant: (Key) -> Bool) -> [Object] {
        let places = self.places.withLock { $0.filter { isMeant($0.key) } }
        return places.compactMap { key, place in
            place.state.withLock { state in
                guard let object = state.object else { return nil }
                self.discard(key, &state)
                return object
            }
        }
    }

    /// Takes an object out, if a condition holds while nobody is given it.
    ///
    /// - Returns: Whether it was there, and is not any more.
    func remove(_ object: Object, of key: Key, where condition: (Object) -> Bool) -> Bool {
        guard let place = self.places.withLock({ $0[key] }) else { return false }
        return place.state.withLockIfAvailable { state in
            guard state.object === object, condition(object) else { return false }
            self.discard(key, &state)
            return true
        } ?? false
    }
}

#endif
