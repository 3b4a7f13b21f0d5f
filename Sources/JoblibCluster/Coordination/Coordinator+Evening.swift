// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// Sees whether workers of a session have nothing to do, and what they could.
    mutating func review(_ session: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard self.sessions[session].hasIdleWorkers else {
            self.sessions[session].unevenSince = nil
            return
        }
        self.watchForUnevenness(of: session, at: now)
        self.startSecondRuns(of: session, at: now, into: &effects)
    }

    private mutating func watchForUnevenness(of session: Int, at now: UInt64) {
        guard self.sessions[session].loads.isUneven else {
            self.sessions[session].unevenSince = nil
            return
        }
        guard self.sessions[session].unevenSince == nil else { return }
        self.sessions[session].unevenSince = now
        guard !self.sessions[session].awaitsEvening else { return }
        self.sessions[session].awaitsEvening = true
        self.deadlines.insert(.evening(self.sessions[session].number), at: now &+ self.settings.evenAfter)
    }

    /// Has the fullest grant give back what has not begun, if others have had nothing to do for long enough.
    mutating func evenOut(_ session: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard let since = self.sessions[session].unevenSince else {
            self.sessions[session].awaitsEvening = false
            return
        }
        guard now >= since &+ self.settings.evenAfter else {
            self.deadlines.insert(.evening(self.sessions[session].number), at: since &+ self.settings.evenAfter)
            return
        }
        if let grant = self.sessions[session].loads.takeFullest(), !self.grants[grant].isRecalled {
            self.grants[grant].isRecalled = true
            self.grants[grant].recallTime = now
            effects.append(.recall(self.grants[grant].link, self.grants[grant].number))
        }
        self.deadlines.insert(.evening(self.sessions[session].number), at: now &+ self.settings.evenAfter)
    }
}
