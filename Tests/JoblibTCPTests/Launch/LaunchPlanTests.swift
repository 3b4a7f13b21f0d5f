// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Testing

@testable import JoblibTCP

/// What is decided about launched hosts, with a clock that is made up.
@Suite("What a launcher is asked to do")
struct LaunchPlanTests {
    private static let second: UInt64 = 1_000_000_000

    /// A plan, and all that it has asked for.
    private struct Trial {
        var plan: LaunchPlan
        var now: UInt64 = 1000 * LaunchPlanTests.second
        var effects: [LaunchPlan.Effect] = []

        init(_ wanted: Int, hostsPerOrder: Int = 1, capacity: Int? = nil) {
            var settings = LaunchPlan.Settings()
            (settings.wanted, settings.hostsPerOrder, settings.capacity) = (wanted, hostsPerOrder, capacity)
            self.plan = LaunchPlan(settings)
        }

        /// What an event leads to.
        mutating func tell(_ event: LaunchPlan.Event) -> [LaunchPlan.Effect] {
            var effects: [LaunchPlan.Effect] = []
            self.plan.handle(event, at: self.now, into: &effects)
            self.effects += effects
            return effects
        }

        /// What happens within some seconds.
        mutating func pass(seconds: Double) -> [LaunchPlan.Effect] {
            let end = self.now + UInt64(seconds * 1e9)
            var effects: [LaunchPlan.Effect] = []
            while let deadline = self.plan.deadline, deadline <= end {
                self.now = max(self.now, deadline)
                let before = (self.plan.deadline, effects.count)
                effects += self.tell(.woken)
                // A deadline that has been met is another one, or none.
                #expect(self.plan.deadline != before.0 || effects.count > before.1)
            }
            self.now = end
            return effects
        }
    }

    private func host(_ number: UInt8) -> [UInt8] { [number] }

    @Test(
        "Nothing is started before a call needs it, and then all that is wanted, in orders of the size that the launcher takes"
    )
    func begin() {
        var trial = Trial(5, hostsPerOrder: 2)
        #expect(trial.plan.deadline == nil && trial.plan.liveCount == 0)
        #expect(trial.tell(.needed) == [.start(1, count: 2), .start(2, count: 2), .start(3, count: 1)])
        #expect(trial.tell(.started(1)).isEmpty && trial.plan.liveCount == 5)
        #expect(trial.tell(.needed).isEmpty)
    }

    @Test("An order that ends is replaced, by as many as are missing, after a quarter of a second")
    func topUp() {
        var trial = Trial(3, hostsPerOrder: 3)
        _ = trial.tell(.needed)
        for number in 1...3 { _ = trial.tell(.joined(1, host: self.host(UInt8(number)))) }
        #expect(trial.tell(.ended(1, "killed")).isEmpty)
        #expect(trial.pass(seconds: 0.24).isEmpty)
        #expect(trial.pass(seconds: 0.02) == [.start(2, count: 3)])
    }

    @Test("A host that is lost for longer than it may take to come back is replaced, and the others of its order stay")
    func lostHost() {
        var trial = Trial(3, hostsPerOrder: 3)
        _ = trial.tell(.needed)
        for number in 1...3 { _ = trial.tell(.joined(1, host: self.host(UInt8(number)))) }
        #expect(trial.tell(.left(1, host: self.host(2), isForGood: false)).isEmpty)
        #expect(trial.pass(seconds: 11.9).isEmpty)
        #expect(trial.pass(seconds: 0.2) == [.start(2, count: 1)])
        #expect(trial.plan.liveCount == 3)
    }

    @Test("The part of an order whose host is lost for good is ended before another host is started, and no other part")
    func lostPart() {
        var trial = Trial(3, hostsPerOrder: 3)
        _ = trial.tell(.needed)
        for number in 1...3 { _ = trial.tell(.joined(1, host: self.host(UInt8(number)), part: number - 1)) }
        _ = trial.tell(.left(1, host: self.host(2), isForGood: false))
        #expect(trial.pass(seconds: 12) == [.stopPart(1, part: 1), .start(2, count: 1)])
        // One that was started again in its place stays.
        _ = trial.tell(.joined(2, host: self.host(4), part: 0))
        _ = trial.tell(.left(1, host: self.host(3), isForGood: false))
        _ = trial.tell(.joined(1, host: self.host(5), part: 2))
        #expect(trial.pass(seconds: 100).isEmpty)
        // Of the last one the whole order goes.
        _ = trial.tell(.left(2, host: self.host(4), isForGood: true))
        #expect(trial.effects.last == .stop(2))
    }

    @Test("Hosts that have ended before they came are replaced once the launcher says how many are left")
    func remaining() {
        var trial = Trial(4, hostsPerOrder: 4)
        _ = trial.tell(.needed)
        for number in 1...2 { _ = trial.tell(.joined(1, host: self.host(UInt8(number)))) }
        #expect(trial.tell(.remaining(1, 4)).isEmpty)
        #expect(trial.tell(.remaining(1, 3)) + trial.pass(seconds: 0.3) == [.start(2, count: 1)])
        // The one that is gone for good is one of those that are not left.
        _ = trial.tell(.left(1, host: self.host(1), isForGood: true))
        #expect(trial.pass(seconds: 1) == [])
        #expect(trial.tell(.remaining(1, 2)) + trial.pass(seconds: 1) == [.start(3, count: 1)])
        #expect(trial.plan.liveCount == 4)
    }

    @Test("A host that comes back in time is not replaced")
    func returningHost() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.joined(1, host: self.host(1)))
        _ = trial.tell(.left(1, host: self.host(1), isForGood: false))
        #expect(trial.pass(seconds: 5).isEmpty)
        _ = trial.tell(.joined(1, host: self.host(1)))
        #expect(trial.pass(seconds: 100).isEmpty && trial.plan.deadline == nil)
    }

    @Test("A host that has said that it leaves is replaced at once, and what is left of its order is stopped")
    func leavingHost() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.joined(1, host: self.host(1)))
        #expect(trial.tell(.left(1, host: self.host(1), isForGood: true)) == [.stop(1)])
        #expect(trial.pass(seconds: 1) == [.start(2, count: 1)])
        // Its end is no failure of anybody's.
        _ = trial.tell(.ended(1, "stopped"))
        #expect(trial.plan.lastFailure == nil && trial.plan.liveCount == 1)
    }

    @Test("Where there is room for so many, one that is asked to stop keeps its own until it has stopped")
    func room() {
        var trial = Trial(2, capacity: 2)
        _ = trial.tell(.needed)
        for number in 1...2 { _ = trial.tell(.joined(number, host: self.host(UInt8(number)))) }
        #expect(trial.tell(.left(1, host: self.host(1), isForGood: true)) == [.stop(1)])
        #expect(trial.pass(seconds: 100).isEmpty && trial.plan.deadline == nil)
        #expect(trial.tell(.ended(1, "stopped")) == [.start(3, count: 1)])
        // A call that comes while all of them stop waits for that.
        _ = trial.tell(.unneeded)
        #expect(trial.pass(seconds: 60) == [.stop(2), .stop(3)])
        #expect(trial.tell(.needed).isEmpty)
        #expect(trial.tell(.ended(3, "stopped")) == [.start(4, count: 1)])
        #expect(trial.tell(.ended(2, "stopped")) == [.start(5, count: 1)])
    }

    @Test("The pause grows with each order that ends early, up to a minute, and begins anew after one that was well")
    func pauses() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        var pauses: [Double] = []
        for number in 1...12 {
            _ = trial.tell(.joined(number, host: self.host(1)))
            _ = trial.tell(.ended(number, "died"))
            let before = trial.now
            while trial.plan.liveCount == 0 { _ = trial.pass(seconds: 0.25) }
            pauses.append(Double(trial.now - before) / 1e9)
        }
        #expect(pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
        _ = trial.tell(.joined(13, host: self.host(1)))
        _ = trial.pass(seconds: 31)
        _ = trial.tell(.ended(13, "died"))
        #expect(trial.pass(seconds: 0.25) == [.start(14, count: 1)])
    }

    @Test("A place where hosts end early does not keep another one waiting")
    func pausesOfPlaces() {
        var trial = Trial(2, capacity: 2)
        _ = trial.tell(.needed)
        _ = trial.tell(.joined(1, host: self.host(1)))
        for number in 2...12 {
            _ = trial.tell(.ended(number, "no such machine"))
            while trial.plan.liveCount == 1 { _ = trial.pass(seconds: 0.25) }
        }
        _ = trial.tell(.ended(13, "no such machine"))
        _ = trial.tell(.ended(1, "killed"))
        #expect(trial.pass(seconds: 0.3) == [.start(14, count: 1)])
        #expect(trial.pass(seconds: 59).isEmpty)
        #expect(trial.pass(seconds: 1) == [.start(15, count: 1)])
    }

    @Test("It gives up after three orders that have ended without a host, and says what the last one has said")
    func givingUp() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        for number in 1...3 {
            #expect(trial.plan.fault == nil)
            _ = trial.tell(.ended(number, "'x' ended with status \(number)"))
            _ = trial.pass(seconds: 1)
        }
        #expect(trial.plan.fault == "'x' ended with status 3 (tried 3 times)")
        #expect(trial.pass(seconds: 1000).isEmpty && trial.plan.deadline == nil)
    }

    @Test("It does not give up while another order may still bring a host")
    func partOfThem() {
        var trial = Trial(2)
        _ = trial.tell(.needed)
        _ = trial.tell(.ended(1, "a"))
        for number in 3...8 {
            _ = trial.pass(seconds: 60)
            _ = trial.tell(.ended(number, "again"))
        }
        #expect(trial.plan.fault == nil && trial.plan.lastFailure == "again")
        _ = trial.tell(.joined(2, host: self.host(1)))
        #expect(trial.plan.lastFailure == nil)
    }

    @Test("Once a host has come it never gives up: what was there may come back")
    func neverAfterwards() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.joined(1, host: self.host(1)))
        for number in 1...20 {
            _ = trial.tell(.ended(number, "gone"))
            #expect(trial.pass(seconds: 60) == [.start(number + 1, count: 1)])
        }
        #expect(trial.plan.fault == nil)
    }

    @Test("A command that cannot even be run is given up at once")
    func refused() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.refused(1, "no such command"))
        #expect(trial.plan.fault == "no such command" && trial.plan.deadline == nil)
    }

    @Test("The next call tries anew what was given up")
    func nextCall() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.refused(1, "no such command"))
        _ = trial.tell(.unneeded)
        #expect(trial.tell(.needed) == [.start(2, count: 1)])
        #expect(trial.plan.fault == nil)
    }

    @Test("What no call uses is stopped after a minute, nothing is topped up then, and the next call starts others")
    func idle() {
        var trial = Trial(2)
        _ = trial.tell(.needed)
        for number in 1...2 { _ = trial.tell(.joined(number, host: self.host(UInt8(number)))) }
        _ = trial.tell(.unneeded)
        #expect(trial.pass(seconds: 59).isEmpty)
        #expect(trial.pass(seconds: 1) == [.stop(1), .stop(2)])
        _ = trial.tell(.left(1, host: self.host(1), isForGood: true))
        _ = trial.tell(.ended(1, "stopped"))
        _ = trial.tell(.ended(2, "stopped"))
        #expect(trial.pass(seconds: 1000).isEmpty && trial.plan.liveCount == 0)
        #expect(trial.tell(.needed) == [.start(3, count: 1), .start(4, count: 1)])
    }

    @Test("A call that comes within the minute keeps them")
    func usedAgain() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.joined(1, host: self.host(1)))
        _ = trial.tell(.unneeded)
        _ = trial.pass(seconds: 30)
        #expect(trial.tell(.needed).isEmpty)
        #expect(trial.pass(seconds: 1000).isEmpty)
    }

    @Test("What ends while no call needs it is replaced by the next one only")
    func endsWhileIdle() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.joined(1, host: self.host(1)))
        _ = trial.tell(.unneeded)
        _ = trial.tell(.ended(1, "gone"))
        #expect(trial.pass(seconds: 30).isEmpty)
        #expect(trial.tell(.needed) == [.start(2, count: 1)])
    }

    @Test("At the end all is stopped, nothing is started any more, and it is done when all has ended")
    func end() {
        var trial = Trial(2)
        _ = trial.tell(.needed)
        #expect(trial.tell(.over) == [.stop(1), .stop(2)])
        #expect(!trial.plan.isDone)
        _ = trial.tell(.ended(1, "stopped"))
        #expect(trial.tell(.needed).isEmpty && !trial.plan.isDone)
        _ = trial.tell(.failed(2, "stopped"))
        #expect(trial.plan.isDone)
    }

    @Test("The end does not wait for ever for a launcher that says nothing")
    func endTime() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.over)
        _ = trial.pass(seconds: 19)
        #expect(!trial.plan.isDone)
        _ = trial.pass(seconds: 2)
        #expect(trial.plan.isDone)
    }

    @Test("Without anything started the end is at once")
    func endOfNothing() {
        var trial = Trial(1)
        #expect(trial.tell(.over).isEmpty && trial.plan.isDone)
    }

    @Test("A command that brings more hosts than anybody knew is stopped when the last of them is gone, and not before")
    func moreHosts() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        for number in 1...3 { _ = trial.tell(.joined(1, host: self.host(UInt8(number)))) }
        for number in 1...2 { #expect(trial.tell(.left(1, host: self.host(UInt8(number)), isForGood: true)).isEmpty) }
        #expect(trial.pass(seconds: 100).isEmpty)
        #expect(trial.tell(.left(1, host: self.host(3), isForGood: true)) == [.stop(1)])
        #expect(trial.pass(seconds: 1) == [.start(2, count: 1)])
    }

    @Test("What is said of orders that are over, or never were, changes nothing")
    func strangers() {
        var trial = Trial(1)
        _ = trial.tell(.needed)
        _ = trial.tell(.joined(1, host: self.host(1)))
        for event: LaunchPlan.Event in [
            .started(7), .ended(7, "x"), .failed(7, "x"), .refused(7, "x"), .joined(7, host: self.host(9)),
            .left(7, host: self.host(9), isForGood: true), .left(1, host: self.host(9), isForGood: true),
        ] {
            #expect(trial.tell(event).isEmpty)
        }
        #expect(trial.plan.liveCount == 1 && trial.plan.fault == nil && trial.plan.deadline == nil)
    }

    @Test("Whatever happens, in any order, there are never more hosts to come than are wanted, and the end stops all")
    func anything() {
        for seed in 1...300 {
            var generator = SplitMix(seed: UInt64(seed))
            let wanted = Int.random(in: 1...5, using: &generator)
            var trial = Trial(wanted, hostsPerOrder: Int.random(in: 1...3, using: &generator))
            var open: [Int: Int] = [:]
            for _ in 0..<200 {
                let number = open.keys.sorted().randomElement(using: &generator) ?? 1
                let host = self.host(UInt8(number % 100) &* 2 &+ UInt8.random(in: 0...1, using: &generator))
                let event: LaunchPlan.Event
                switch Int.random(in: 0...8, using: &generator) {
                case 0, 1: event = .needed
                case 2: event = .unneeded
                case 3: event = .ended(number, "ended")
                case 4: event = .failed(number, "failed")
                case 5, 6: event = .joined(number, host: host)
                case 7: event = .left(number, host: host, isForGood: Bool.random(using: &generator))
                default: event = .started(number)
                }
                var effects = trial.tell(event)
                switch event {
                case .ended(let number, _), .failed(let number, _): open[number] = nil
                default: break
                }
                effects += trial.pass(seconds: Double.random(in: 0...20, using: &generator))
                for case .start(let number, let count) in effects { open[number] = count }
                #expect(trial.plan.liveCount <= wanted + 2 * open.count)
            }
            for case .start(let number, let count) in trial.tell(.over) { open[number] = count }
            var stopped: Set<Int> = []
            for case .stop(let number) in trial.effects { stopped.insert(number) }
            #expect(Set(open.keys).isSubset(of: stopped), "seed \(seed)")
        }
    }

    /// Numbers that follow from a seed.
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 }

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var z = self.state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}

#endif
