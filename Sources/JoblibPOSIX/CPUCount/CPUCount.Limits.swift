// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

extension CPUCount {
    /// What each authority allows a process, kept apart so that a report can name the one that decides.
    public struct Limits: Sendable, Hashable {
        /// The CPUs of the machine that are switched on, as `sysconf(3)` counts them; at least 1.
        public let online: Int

        /// The CPUs that the thread may run on, at least 1; `nil` when unknown.
        public let affinity: Int?

        /// The CPUs' worth of time that the control groups grant, rounded up, at least 1; `nil` when unlimited.
        public let controlGroup: Int?

        /// The value of `LOKY_MAX_CPU_COUNT`, at least 1; `nil` when it is unset or no such number.
        public let environment: Int?

        /// Creates limits.
        ///
        /// - Parameters:
        ///   - online: The CPUs switched on, at least 1.
        ///   - affinity: The CPUs that the thread may run on, at least 1.
        ///   - controlGroup: The CPUs' worth of time granted, at least 1.
        ///   - environment: The user's maximum, at least 1.
        public init(online: Int, affinity: Int? = nil, controlGroup: Int? = nil, environment: Int? = nil) {
            self.online = online
            self.affinity = affinity
            self.controlGroup = controlGroup
            self.environment = environment
        }

        /// The least of them, at least 1.
        public var available: Int {
            max(min(self.online, self.restriction), 1)
        }

        /// Whether anything grants fewer CPUs than are online.
        public var isRestricted: Bool {
            self.restriction < self.online
        }

        private var restriction: Int {
            [self.affinity, self.controlGroup, self.environment].compactMap(\.self).min() ?? .max
        }

        /// Returns the limits of the calling thread at this moment.
        ///
        /// - Returns: What the system and the environment say.
        public static func current() -> Limits {
            Limits(
                online: max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1),
                affinity: CPUAffinity.count(),
                controlGroup: ControlGroup.cpuLimit(textOf: SystemFile.text(at:)),
                environment: Self.environmentLimit(ProcessEnvironment.value("LOKY_MAX_CPU_COUNT"))
            )
        }

        /// Returns the limit that a value of `LOKY_MAX_CPU_COUNT` means.
        ///
        /// - Parameter text: The value, or `nil` when it is unset.
        /// - Returns: An integer from 1 up; `nil` for anything else, since a typing error in an environment must not stop
        ///   every program that runs in it.
        static func environmentLimit(_ text: String?) -> Int? {
            guard let text, let number = Int(text.trimmed), number >= 1 else { return nil }
            return number
        }
    }
}
