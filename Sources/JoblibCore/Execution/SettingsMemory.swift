// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// What a value has decided for its calls, as long as nothing of what it depends on has changed.
final class SettingsMemory: Sendable {
    /// What the decisions depend on beside the value itself.
    struct Circumstances: Equatable {
        /// The `nJobs` of the outermost loop in whose tasks the call is made.
        let budget: Int?

        /// Whether the call lends its caller's memory, which is a matter of the form.
        let lendsMemory: Bool

        /// The CPUs that a negative `nJobs` counts from.
        let available: Int?

        /// Moves when a backend is registered.
        let registrations: Int
    }

    private final class Entry: Sendable {
        let circumstances: Circumstances
        let settings: CallSettings

        init(_ circumstances: Circumstances, _ settings: CallSettings) {
            self.circumstances = circumstances
            self.settings = settings
        }
    }

    // What was decided first, which most often holds for ever, without a lock: outside of tasks and inside of some.
    private let outermost = OnceReference<Entry>()
    private let nested = OnceReference<Entry>()

    private let newest = Mutex<Entry?>(nil)

    /// Returns what was decided under the same circumstances, or decides it now.
    ///
    /// - Throws: What deciding throws, which is not remembered.
    func settings(_ circumstances: Circumstances, _ decide: () throws -> CallSettings) rethrows -> CallSettings {
        let first = circumstances.budget == nil ? self.outermost.object : self.nested.object
        if let first, first.circumstances == circumstances { return first.settings }
        // In a forked child it may be locked for ever.
        if let newest = self.newest.withLockIfAvailable({ $0 }) ?? nil, newest.circumstances == circumstances {
            return newest.settings
        }
        // Outside of the lock: it runs foreign code, a backend's factory.
        let settings = try decide()
        // A backend's own default may count from the CPUs, too.
        let countsCPUs = settings.requestedJobs < 0 && circumstances.budget == nil
        if settings.isCounted || countsCPUs && circumstances.available == nil { return settings }
        let entry = Entry(circumstances, settings)
        if circumstances.budget == nil {
            _ = self.outermost.set(entry)
        } else {
            _ = self.nested.set(entry)
        }
        _ = self.newest.withLockIfAvailable { $0 = entry }
        return settings
    }
}
