// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What kind of backend a loop would rather have; a hint, never a reason to fail.
///
/// joblib's `prefer`. Ignored when a backend is chosen, by the loop or by a scope around it.
public struct BackendPreference: Hashable, Sendable {
    private let name: String

    /// Threads: for tasks that share large data, or spend their time in calls that do not hold locks.
    public static let threads = BackendPreference(name: "threads")

    /// Processes, where a process backend is registered: for tasks that must be isolated from each other.
    public static let processes = BackendPreference(name: "processes")
}

/// What a loop cannot do without; joblib's `require`.
public struct BackendRequirement: Hashable, Sendable {
    private let name: String

    /// Tasks write to memory that the caller reads.
    ///
    /// A backend that a scope chose gives way to threads, with all its jobs; one that the call itself names is refused.
    public static let sharedmem = BackendRequirement(name: "sharedmem")
}
