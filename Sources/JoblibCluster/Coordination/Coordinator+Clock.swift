// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// Sees that the process did not run for a while: nobody could have been heard then.
    mutating func noticeGap(at now: UInt64) {
        guard let askedTime, now > askedTime &+ self.settings.heartbeatInterval else { return }
        self.graceStart = now
    }

    /// Asks for the earliest deadline, once.
    mutating func askToBeWoken(into effects: inout [CoordinatorEffect]) {
        guard let time = self.deadlines.earliest, time != self.askedTime else { return }
        self.askedTime = time
        effects.append(.wake(at: time))
    }

    mutating func meetDeadlines(at now: UInt64, into effects: inout [CoordinatorEffect]) {
        // A wake is spent by its event: the same time is asked for again if that came early.
        self.askedTime = nil
        while let subject = self.deadlines.popFirst(until: now) {
            switch subject {
            case .heartbeat(let link):
                guard self.hostIndices[link] != nil else { continue }
                effects.append(.heartbeat(link))
                self.deadlines.insert(.heartbeat(link), at: now &+ self.settings.heartbeatInterval)
            case .silence(let link): self.checkSilence(of: link, at: now, into: &effects)
            case .refusal(let grant): self.checkReturns(of: grant, at: now, into: &effects)
            case .patience(let session):
                guard let index = self.sessionIndices[session] else { continue }
                self.checkPatience(of: index, at: now, into: &effects)
            case .evening(let session):
                guard let index = self.sessionIndices[session] else { continue }
                self.evenOut(index, at: now, into: &effects)
            case .secondRun(let session):
                guard let index = self.sessionIndices[session] else { continue }
                self.sessions[index].secondRunDeadline = nil
                self.review(index, at: now, into: &effects)
            }
        }
    }

    var longestSilence: UInt64 { self.settings.silentIntervals * self.settings.heartbeatInterval }

    mutating func watchForSilence(of link: LinkNumber, since time: UInt64) {
        self.deadlines.insert(.silence(link), at: time &+ self.longestSilence)
    }

    private mutating func checkSilence(of link: LinkNumber, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard let host = self.hostIndices[link] else { return }
        let since = max(self.activities[host].lastHeard, self.graceStart)
        guard now >= since &+ self.longestSilence else { return self.watchForSilence(of: link, since: since) }
        let seconds = Double(self.longestSilence / 1_000_000) / 1000
        self.lose(host, because: "nothing was heard of it for \(seconds) s", disconnects: true, at: now, into: &effects)
    }

    private mutating func checkPatience(of session: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        self.sessions[session].awaitsHosts = false
        guard let deserted = self.sessions[session].desertedSince, self.sessions[session].failure == nil else { return }
        let since = max(deserted, self.graceStart)
        guard now >= since &+ self.settings.patience else { return self.watchForHosts(of: session, since: since) }
        // Those that are there have refused it.
        let refusal = self.slotCount > 0 ? self.sessions[session].refusals.last : nil
        let failure = refusal.map { SessionFailure.refused($0) } ?? .noHosts(for: self.settings.patience)
        self.fail(session, failure, at: now, into: &effects)
    }

    mutating func watchForHosts(of session: Int, since time: UInt64) {
        guard !self.sessions[session].awaitsHosts else { return }
        self.sessions[session].awaitsHosts = true
        self.deadlines.insert(.patience(self.sessions[session].number), at: time &+ self.settings.patience)
    }
}
