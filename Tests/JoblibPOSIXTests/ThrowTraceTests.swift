// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Synchronization
import Testing

@testable import JoblibPOSIX

@Suite("The place of a throw", .timeLimit(.minutes(1)))
struct ThrowTraceTests {
    @Test("The first line is the function that threw")
    func throwingFunction() throws {
        let trace = try #require(traceOfThrow { try throwValue(1) })
        #expect(firstLine(trace).contains("throwValue"))
    }

    @Test("A private function of the program has its name too")
    func privateFunction() throws {
        let trace = try #require(traceOfThrow { try throwPrivately() })
        #expect(firstLine(trace).contains("throwPrivately() throws"))
    }

    @Test("The callers follow")
    func callers() throws {
        let trace = try #require(traceOfThrow { try callThrowValue(1) })
        #expect(lines(trace).dropFirst().first?.contains("callThrowValue") == true)
    }

    @Test("A line names the image and an address that addr2line takes")
    func lineFormat() throws {
        let trace = try #require(traceOfThrow { try throwValue(1) })
        let program = try #require(ELFSymbols.programPath)
        let line = try Regex("#0 .*throwValue.* \\+ [0-9]+ in \(program) \\[0x[0-9a-f]+\\]")
        #expect(try line.wholeMatch(in: firstLine(trace)) != nil)
    }

    @Test("A throw that was caught inside is not reported for a later error")
    func caughtInside() throws {
        let trace = try #require(
            traceOfThrow {
                try? callThrowValue(1)
                try throwOther()
            }
        )
        #expect(firstLine(trace).contains("throwOther"))
        #expect(!trace.description.contains("throwValue"))
    }

    @Test("A throw that is caught while the error unwinds does not hide it")
    func caughtWhileUnwinding() throws {
        let trace = try #require(
            traceOfThrow {
                defer { try? throwOther() }
                try throwValue(1)
            }
        )
        #expect(firstLine(trace).contains("throwValue"))
    }

    @Test("An error that no throw of the closure produced has no place")
    func neverThrown() {
        ThrowTrace.recording { recorder in
            try? throwValue(1)
            #expect(recorder.trace(of: OtherError()) == nil)
        }
    }

    @Test("An error that is thrown again is reported from where it came")
    func thrownAgain() throws {
        let trace = try #require(
            traceOfThrow {
                do { try throwValue(1) } catch { throw error }
            }
        )
        #expect(firstLine(trace).contains("throwValue"))
    }

    @Test("An error that went through a Result is reported from where it came")
    func throughResult() throws {
        let trace = try #require(
            traceOfThrow {
                try Result { try throwValue(1) }.get()
            }
        )
        #expect(firstLine(trace).contains("throwValue"))
    }

    @Test("An error freed by a catch does not lend its address to the next")
    func reusedAddress() throws {
        let trace = try #require(
            traceOfThrow {
                for value in 0..<4 { try? callThrowValue(value) }
                try throwValueElsewhere(5)
            }
        )
        #expect(firstLine(trace).contains("throwValueElsewhere"))
    }

    @Test("The latest of many throws is found")
    func manyThrows() throws {
        let trace = try #require(
            traceOfThrow {
                for value in 0..<100 { try? callThrowValue(value) }
                try throwOther()
            }
        )
        #expect(firstLine(trace).contains("throwOther"))
    }

    @Test("An error dies when its catch ends, although its throw is recorded")
    func lifetime() {
        ThrowTrace.recording { _ in
            let deaths = Deaths()
            do { throw MortalError(deaths) } catch {}
            #expect(deaths.count.load(ordering: .relaxed) == 1)
        }
    }

    @Test("A typed throw is seen")
    func typedThrow() throws {
        let trace = try #require(traceOfThrow { try throwTyped(1) })
        #expect(firstLine(trace).contains("throwTyped"))
    }

    @Test("A typed throw of a class, of its subclass and of any Error is seen")
    func typedThrowOfReferences() throws {
        let object = try #require(traceOfThrow { try throwTypedObject(BaseError()) })
        #expect(firstLine(object).contains("throwTypedObject"))
        let derived = try #require(traceOfThrow { try throwTypedObject(DerivedError()) })
        #expect(firstLine(derived).contains("throwTypedObject"))
        let existential = try #require(traceOfThrow { try throwTypedExistential() })
        #expect(firstLine(existential).contains("throwTypedExistential"))
    }

    @Test("Nothing is recorded outside of a recording")
    func off() {
        var caught: (any Error)?
        do { try throwValue(1) } catch { caught = error }
        ThrowTrace.recording { recorder in
            #expect(caught.map { recorder.trace(of: $0) == nil } == true)
        }
    }

    @Test("A recording sees what is thrown in one inside it, and goes on after it")
    func nested() throws {
        let inner = try #require(
            traceOfThrow {
                try ThrowTrace.recording { (_) throws(any Error) in try throwValue(1) }
            }
        )
        #expect(firstLine(inner).contains("throwValue"))
        let after = try #require(
            traceOfThrow {
                ThrowTrace.recording { _ in try? throwValue(1) }
                try throwOther()
            }
        )
        #expect(firstLine(after).contains("throwOther"))
    }

    @Test("Eight threads at once each see their own throws")
    func threads() {
        let wrong = Atomic(0)
        let arrived = Atomic(0)
        onThreads(8) { index in
            // All begin together, so that the hook's installation is raced for as well.
            arrived.add(1, ordering: .relaxed)
            while arrived.load(ordering: .relaxed) < 8 { sched_yield() }
            for round in 0..<200 {
                let trace = traceOfThrow {
                    if index.isMultiple(of: 2) { try throwValue(round) } else { try throwOther() }
                }
                // Symbols are slow to read, so only at the end.
                guard let trace else {
                    wrong.add(1, ordering: .relaxed)
                    continue
                }
                guard round == 199 else { continue }
                let name = index.isMultiple(of: 2) ? "throwValue" : "throwOther"
                if !firstLine(trace).contains(name) { wrong.add(1, ordering: .relaxed) }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }

    @Test("A handler that was there before is still called, once for each throw")
    func previousHandler() async {
        await #expect(processExitsWith: .success) {
            // As a test framework would; in front of Swift Testing's own, if that is there.
            installForeignHandlers()
            ThrowTrace.recording { _ in }
            let before = foreignCalls.load(ordering: .relaxed)
            try? throwValue(1)
            #expect(foreignCalls.load(ordering: .relaxed) == before + 1)
            try? throwTyped(1)
            #expect(foreignCalls.load(ordering: .relaxed) == before + 2)
            let trace = traceOfThrow { try throwValue(1) }
            #expect(foreignCalls.load(ordering: .relaxed) == before + 3)
            #expect(trace.map(firstLine)?.contains("throwValue") == true)
        }
    }

    @Test("A handler for boxed errors alone still gets the typed ones, in a box")
    func previousHandlerForBoxesAlone() async {
        await #expect(processExitsWith: .success) {
            installForeignHandlers(typed: false)
            ThrowTrace.recording { _ in }
            let before = foreignCalls.load(ordering: .relaxed)
            try? throwTyped(1)
            #expect(foreignCalls.load(ordering: .relaxed) == before + 1)
        }
    }
}

// MARK: - What is thrown

private struct ValueError: Error {
    var value: Int
}

private struct OtherError: Error {}

// SAFETY: neither this class nor its subclass has any state.
private class BaseError: Error, @unchecked Sendable {}

private final class DerivedError: BaseError, @unchecked Sendable {
    // SAFETY: see the superclass.
}

private final class Deaths: Sendable {
    let count = Atomic(0)
}

private final class MortalError: Error {
    let deaths: Deaths

    init(_ deaths: Deaths) {
        self.deaths = deaths
    }

    deinit {
        self.deaths.count.add(1, ordering: .relaxed)
    }
}

// No two of these functions have equal bodies: optimised code would merge them, and the trace show another's name.

private let calls = Atomic(0)

@inline(never)
func throwValue(_ value: Int) throws {
    throw ValueError(value: value)
}

@inline(never)
func throwValueElsewhere(_ value: Int) throws {
    throw ValueError(value: value &* 3)
}

/// It does something after the call, so that it is on the stack in optimised code too.
@inline(never)
func callThrowValue(_ value: Int) throws {
    defer { calls.add(1, ordering: .relaxed) }
    try throwValue(value)
}

@inline(never)
private func throwPrivately() throws {
    throw ValueError(value: 3)
}

@inline(never)
func throwOther() throws {
    throw OtherError()
}

@inline(never)
private func throwTyped(_ value: Int) throws(ValueError) {
    throw ValueError(value: value)
}

@inline(never)
private func throwTypedObject(_ error: BaseError) throws(BaseError) {
    throw error
}

@inline(never)
private func throwTypedExistential() throws(any Error) {
    throw BaseError()
}

// MARK: - Helpers

private func traceOfThrow(_ body: () throws -> Void) -> ThrowTrace? {
    ThrowTrace.recording { recorder in
        do {
            try body()
            return nil
        } catch {
            return recorder.trace(of: error)
        }
    }
}

private func lines(_ trace: ThrowTrace) -> [Substring] {
    trace.description.split(separator: "\n")
}

private func firstLine(_ trace: ThrowTrace) -> String {
    lines(trace).first.map(String.init) ?? ""
}

/// Runs a closure on so many threads and waits for them.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    final class Start: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
    let threads = (0..<count)
        .map { index in
            var thread = pthread_t()
            let start = Unmanaged.passRetained(Start { body(index) })
            let status = pthread_create(
                &thread,
                nil,
                {
                    Unmanaged<Start>.fromOpaque($0!).takeRetainedValue().run()
                    return nil
                },
                start.toOpaque()
            )
            precondition(status == 0)
            return thread
        }
    for thread in threads { pthread_join(thread, nil) }
}

private let foreignCalls = Atomic(0)

/// Puts handlers where the Swift runtime looks for them, as a test framework does.
private func installForeignHandlers(typed: Bool = true) {
    typealias Handler = @convention(c) (UnsafeMutableRawPointer) -> Void
    typealias TypedHandler = @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeRawPointer) -> Void
    let count: Handler = { _ in foreignCalls.add(1, ordering: .relaxed) }
    let countTyped: TypedHandler = { _, _, _ in foreignCalls.add(1, ordering: .relaxed) }

    dlsym(nil, "_swift_willThrow")!.storeBytes(of: count, as: Handler.self)
    dlsym(nil, "_swift_willThrowTypedImpl")!.storeBytes(of: typed ? countTyped : nil, as: TypedHandler?.self)
}
