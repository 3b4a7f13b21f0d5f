// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// Sees whether workers of a session have nothing to do, and what they could.
    mutating func review(_ session: SessionNumber, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard let record = self.sessions[session] else { return }
        guard record.hasIdleWorkers, record.loads.isUneven else {
            if record.unevenSince != nil { self.sessions[session]?.unevenSince = nil }
            return
        }
        guard record.unevenSince == nil else { return }
        self.sessions[session]?.unevenSince = now
        guard !record.awaitsEvening else { return }
        self.sessions[session]?.awaitsEvening = true
        self.deadlines.insert(.evening(session), at: now &+ self.settings.evenAfter)
    }

    /// Has the fullest grant give back what has not begun, if others have had nothing to do for long enough.
    mutating func evenOut(_ session: SessionNumber, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard let since = self.sessions[session]?.unevenSince else {
            self.sessions[session]?.awaitsEvening = false
            return
        }
        guard now >= since &+ self.settings.evenAfter else {
            self.deadlines.insert(.evening(session), at: since &+ self.settings.evenAfter)
            return
        }
        if let grant = self.sessions[session]?.loads.takeFullest(), !self.grants[grant].isRecalled {
            self.grants[grant].isRecalled = true
            effects.append(.recall(self.grants[grant].link, self.grants[grant].number))
        }
        self.deadlines.insert(.evening(session), at: now &+ self.settings.evenAfter)
    }
}
