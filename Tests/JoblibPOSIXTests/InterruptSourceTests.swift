// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Synchronization
import Testing

@testable import JoblibPOSIX

/// Each in a process of its own, since a signal's disposition is the process's.
@Suite("Interrupts", .timeLimit(.minutes(1)))
struct InterruptSourceTests {
    @Test("The first interrupt calls the closure, once and on another thread, and the process lives")
    func firstInterrupt() async {
        await #expect(processExitsWith: .success) {
            let called = SignalFlag()
            let caller = pthread_self()
            let source = try InterruptSource.install {
                #expect(pthread_equal(pthread_self(), caller) == 0)
                called.raise()
            }
            kill(getpid(), SIGINT)
            called.wait()
            source.uninstall()
            #expect(called.count == 1)
        }
    }

    @Test("The second interrupt ends the process with status 130")
    func secondInterrupt() async {
        await #expect(processExitsWith: .exitCode(130)) {
            let called = SignalFlag()
            let source = try InterruptSource.install { called.raise() }
            interrupt()
            called.wait()
            interrupt()
            source.uninstall()
        }
    }

    @Test("The second interrupt ends the process while the closure hangs")
    func secondInterruptWhileHanging() async {
        await #expect(processExitsWith: .exitCode(130)) {
            let called = SignalFlag()
            let source = try InterruptSource.install {
                called.raise()
                while true { pause() }
            }
            interrupt()
            called.wait()
            interrupt()
            source.uninstall()
        }
    }

    @Test("An interrupt just before the end of the scope is not lost")
    func interruptBeforeEnd() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<200 {
                let called = SignalFlag()
                let source = try InterruptSource.install { called.raise() }
                interrupt()
                source.uninstall()
                #expect(called.count == 1)
            }
        }
    }

    @Test("After the scope an interrupt kills by the signal, as by default")
    func defaultRestored() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            let called = SignalFlag()
            let source = try InterruptSource.install { called.raise() }
            interrupt()
            called.wait()
            source.uninstall()
            interrupt()
        }
    }

    @Test("After the scope the earlier handler is back, with its flags and its mask")
    func handlerRestored() async {
        await #expect(processExitsWith: .success) {
            var mask = sigset_t()
            sigemptyset(&mask)
            sigaddset(&mask, SIGUSR1)
            install(countInterrupt, flags: SA_NODEFER | SA_RESTART, mask: mask)
            let before = disposition()

            let source = try InterruptSource.install {}
            #expect(!isHandler(disposition(), countInterrupt))
            source.uninstall()

            let after = disposition()
            #expect(isHandler(after, countInterrupt))
            #expect(after.sa_flags == before.sa_flags)
            var restored = after.sa_mask
            for signal in 1..<32 as Range<Int32> {
                #expect(sigismember(&restored, signal) == (signal == SIGUSR1 ? 1 : 0))
            }
            interrupt()
            #expect(interrupts.load(ordering: .relaxed) == 1)
        }
    }

    @Test("A source that is released without being uninstalled restores the earlier handler")
    func released() async {
        await #expect(processExitsWith: .success) {
            install(countInterrupt)
            var source: InterruptSource? = try .install {}
            #expect(source != nil)
            source = nil
            #expect(isHandler(disposition(), countInterrupt))
        }
    }

    @Test("Of several sources each is called, and the last to go restores the handler, in any order of going")
    func severalSources() async {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            await #expect(processExitsWith: .success) { [order = order as [Int]] in
                install(countInterrupt)
                let flags = [SignalFlag(), SignalFlag(), SignalFlag()]
                let sources = try flags.map { flag in try InterruptSource.install { flag.raise() } }
                interrupt()
                for flag in flags { flag.wait() }
                for index in order {
                    #expect(!isHandler(disposition(), countInterrupt))
                    sources[index].uninstall()
                }
                #expect(isHandler(disposition(), countInterrupt))
                #expect(flags.map(\.count) == [1, 1, 1])
            }
        }
    }

    @Test("A source that joins after the interrupt is called at once")
    func joinsLate() async {
        await #expect(processExitsWith: .success) {
            let outer = SignalFlag()
            let inner = SignalFlag()
            let source = try InterruptSource.install { outer.raise() }
            interrupt()
            outer.wait()
            let late = try InterruptSource.install { inner.raise() }
            inner.wait()
            late.uninstall()
            source.uninstall()
        }
    }

    @Test("A new scope counts its interrupts from zero")
    func countsAnew() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<3 {
                let called = SignalFlag()
                let source = try InterruptSource.install { called.raise() }
                #expect(called.count == 0)
                interrupt()
                called.wait()
                source.uninstall()
            }
        }
    }

    @Test("A process that ignores interrupts goes on ignoring them")
    func ignored() async {
        await #expect(processExitsWith: .success) {
            signal(SIGINT, SIG_IGN)
            let called = SignalFlag()
            let source = try InterruptSource.install { called.raise() }
            for _ in 0..<3 { interrupt() }
            source.uninstall()
            interrupt()
            #expect(called.count == 0)
        }
    }

    @Test("A handler that was installed inside the scope stays")
    func handlerReplaced() async {
        await #expect(processExitsWith: .success) {
            let called = SignalFlag()
            let source = try InterruptSource.install { called.raise() }
            install(countInterrupt)
            source.uninstall()
            #expect(isHandler(disposition(), countInterrupt))
            interrupt()
            #expect(interrupts.load(ordering: .relaxed) == 1)
            #expect(called.count == 0)
        }
    }

    @Test("Our handler, saved in the scope and put back after it, does what was done before the scope")
    func handlerPutBack() async {
        await #expect(processExitsWith: .success) {
            install(countInterrupt)
            let source = try InterruptSource.install {}
            var ours = disposition()
            install(SIG_DFL)
            source.uninstall()
            sigaction(SIGINT, &ours, nil)
            interrupt()
            #expect(interrupts.load(ordering: .relaxed) == 1)
            #expect(isHandler(disposition(), countInterrupt))
        }
    }

    @Test("The closure may uninstall its own source")
    func uninstallInside() async {
        await #expect(processExitsWith: .success) {
            let called = SignalFlag()
            let ready = SignalFlag()
            let box = Mutex<InterruptSource?>(nil)
            try box.withLock { box in
                box = try InterruptSource.install { called.raise() }
            }
            let source = try InterruptSource.install {
                box.withLock { $0?.uninstall() }
                ready.raise()
            }
            interrupt()
            ready.wait()
            called.wait()
            source.uninstall()
            source.uninstall()
        }
    }

    @Test("The handler keeps errno and restarts the system call that it interrupts")
    func transparent() async {
        await #expect(processExitsWith: .success) {
            let called = SignalFlag()
            let source = try InterruptSource.install { called.raise() }
            errno = EDOM
            interrupt()
            #expect(errno == EDOM)
            called.wait()
            source.uninstall()
            #expect(disposition().sa_flags & SA_RESTART == 0)
            let again = try InterruptSource.install {}
            #expect(disposition().sa_flags & SA_RESTART != 0)
            again.uninstall()
        }
    }

    @Test("A forked child dies by the interrupt, and the parent is not told")
    func forkedChild() async {
        await #expect(processExitsWith: .success) {
            let called = SignalFlag()
            let source = try InterruptSource.install { called.raise() }
            let child = forkProcess { interrupt() }
            #expect(waitForSignal(child) == SIGINT)
            source.uninstall()
            #expect(called.count == 0)
        }
    }

    @Test("A forked child can listen for itself")
    func forkedChildListens() async {
        await #expect(processExitsWith: .success) {
            let source = try InterruptSource.install {}
            let child = forkProcess {
                let called = SignalFlag()
                guard let own = try? InterruptSource.install(onInterrupt: { called.raise() }) else { _exit(1) }
                interrupt()
                called.wait()
                source.uninstall()
                own.uninstall()
                // What was there before the parent's source.
                interrupt()
            }
            #expect(waitForSignal(child) == SIGINT)
            source.uninstall()
        }
    }

    @Test("A hundred scopes leave neither a thread nor a descriptor")
    func nothingRemains() async {
        await #expect(processExitsWith: .success) {
            let descriptors = entries(of: "/proc/self/fd").count
            for round in 0..<100 {
                let source = try InterruptSource.install {}
                if round.isMultiple(of: 2) {
                    interrupt()
                } else {
                    // The thread names itself, so that may be yet to come.
                    while threadCount(named: "joblib-sigint") == 0 { sched_yield() }
                }
                source.uninstall()
            }
            // Dispatch and the test library open a few of their own meanwhile; a leak would show a hundredfold.
            #expect(entries(of: "/proc/self/fd").count < descriptors + 20)
            // A joined thread may be listed for a moment longer.
            while threadCount(named: "joblib-sigint") > 0 { sched_yield() }
        }
    }

    @Test("Sources that come and go on several threads leave the earlier handler")
    func concurrentScopes() async {
        await #expect(processExitsWith: .success) {
            install(countInterrupt)
            let failures = SignalFlag()
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<200 {
                            guard let source = try? InterruptSource.install(onInterrupt: {}) else {
                                failures.raise()
                                continue
                            }
                            if isHandler(disposition(), countInterrupt) { failures.raise() }
                            source.uninstall()
                        }
                    }
                }
            }
            #expect(failures.count == 0)
            #expect(isHandler(disposition(), countInterrupt))
        }
    }
}
