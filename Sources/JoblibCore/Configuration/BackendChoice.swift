// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which backend a call uses, decided from its arguments, the scope around it, and the hints of both.
struct BackendChoice: Sendable {
    /// What the call itself named.
    var explicit: BackendSelection?

    /// What the scope named.
    var scope: BackendSelection?

    var prefer: BackendPreference?
    var require: BackendRequirement?

    /// The decision, as far as it can be taken without asking the backend.
    enum Step: Sendable {
        /// Use it; when memory must be shared and it does not share, use threads instead.
        case use(BackendSelection, yieldsToThreads: Bool)

        /// Use it, or threads where it cannot do what the call needs.
        case tryFirst(BackendSelection)

        /// Use it; when memory must be shared and it does not share, refuse.
        case insist(BackendSelection)
    }

    /// Decides; unlike joblib's, a hint never changes the number of jobs.
    func decide(defaultName: String, isRegistered: (String) -> Bool) throws(ParallelError) -> Step {
        if self.prefer == .processes, self.require == .sharedmem {
            throw ParallelError(
                .inconsistentHints,
                "prefer: .processes and require: .sharedmem contradict each other; drop one of them"
            )
        }
        if let explicit = self.explicit { return .insist(explicit) }
        if let scope = self.scope { return .use(scope, yieldsToThreads: self.require == .sharedmem) }
        switch self.prefer {
        case .threads?:
            return .use(.named(defaultName), yieldsToThreads: true)
        case .processes?:
            // A hint never makes a call fail: where no process backend is registered the default serves.
            let processes = ["multiprocessing"].first(where: isRegistered)
            return processes.map { .tryFirst(.named($0)) } ?? .use(.named(defaultName), yieldsToThreads: false)
        default:
            return .use(.named(defaultName), yieldsToThreads: self.require == .sharedmem)
        }
    }
}
