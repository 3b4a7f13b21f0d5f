// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import Synchronization

/// Why hosts are not there: those that are dialled, and those that have dialled in.
final class MeetingProblems: Sendable {
    /// How many are remembered of those that have dialled in.
    private static let largestGuestCount = 3

    private struct State {
        /// How it stands with each address; `nil`: well.
        var dialled: [DialFailure?]
        var guests: [String] = []
    }

    private let addresses: [HostAddress]
    private let state: Mutex<State>

    init(_ addresses: [HostAddress]) {
        self.addresses = addresses
        let unknown = DialFailure(reason: "no answer yet", error: nil)
        self.state = Mutex(State(dialled: addresses.map { _ in unknown }))
    }

    /// Notes how dialling went; `nil`: well.
    func note(_ failure: DialFailure?, at place: Int) { self.state.withLock { $0.dialled[place] = failure } }

    /// Notes why somebody was refused who has dialled in, where trying again would not change it.
    func note(_ failure: DialFailure) {
        guard failure.isFinal else { return }
        self.state.withLock { state in
            guard !state.guests.contains(failure.reason) else { return }
            state.guests.append(failure.reason)
            if state.guests.count > Self.largestGuestCount { state.guests.removeFirst() }
        }
    }

    /// Whether nobody is dialled.
    var isEmpty: Bool { self.addresses.isEmpty }

    var texts: [String] {
        self.state.withLock { state in
            zip(self.addresses, state.dialled)
                .compactMap { address, failure in
                    guard let failure else { return nil }
                    return failure.reason.hasPrefix("\(address)") ? failure.reason : "\(address): \(failure.reason)"
                } + state.guests.map { "refused: \($0)" }
        }
    }

    /// Why none of those will ever come that are dialled; `nil` while one still may.
    var finalError: ParallelError? {
        self.state.withLock { state in
            guard !state.dialled.isEmpty, state.dialled.allSatisfy({ $0?.error != nil }) else { return nil }
            return state.dialled[0]?.error
        }
    }
}

#endif
