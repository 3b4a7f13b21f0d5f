// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The hosts that have refused a session, which gets no slots of them any more.
struct SessionRefusals {
    /// Their processes, those also that are not there now: who connects again has no more for the session than before.
    var processes: Set<[UInt8]> = []

    /// The slots of those that are there and stay.
    var slotCount = 0

    /// The workers that the session has of them nevertheless: by grants that they have not refused.
    var workers = 0

    /// The spare slots of all the others, so that nobody has to look for these among those that have refused; `nil` where none has.
    var others: SpareSlots?

    /// Who was the first to say that the call itself is at fault, by what it said: one of few codes.
    var accusers: [String: [UInt8]] = [:]

    /// What was said last.
    var last: GrantRefusal?

    func contains(_ host: HostDescription) -> Bool {
        !self.processes.isEmpty && self.processes.contains(host.processID)
    }
}
