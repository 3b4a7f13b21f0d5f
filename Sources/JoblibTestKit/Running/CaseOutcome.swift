// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

extension ConformanceCase {
    /// What came of a case.
    public enum Outcome: Sendable, Hashable {
        /// The claim holds.
        case passed

        /// The claim does not hold, as the text says.
        case failed(String)

        /// The backend lacks what the case needs, which are the abilities in words.
        case notApplicable([String])
    }

    /// Tries the case on a backend, for as long as its ``timeLimit`` at most; blocks the calling thread.
    ///
    /// - Parameter backend: The backend.
    /// - Returns: What came of it.
    public func outcome<Backend: BackendUnderTest>(on backend: Backend.Type) -> Outcome {
        backend.register()
        let subject: ConformanceSubject
        do {
            subject = try ConformanceSubject(backend)
        } catch {
            return .failed("the backend cannot be made: \(error)")
        }
        let missing = self.missing(in: subject.capabilities)
        guard missing.isEmpty else { return .notApplicable(missing.names) }
        // A process that runs tests has much memory, and its Swift tasks are at work, both of which forks pay for.
        let needsProcess = self.isIsolated || subject.capabilities.reach == .forkedCopy
        return needsProcess ? IsolatedCase(self, backend).outcome() : self.outcome(on: subject)
    }

    /// Tries the case on a backend without blocking the calling task.
    ///
    /// - Parameter backend: The backend.
    /// - Throws: ``ConformanceFailure`` unless the case passes; one that does not apply does not pass.
    public func run<Backend: BackendUnderTest>(on backend: Backend.Type) async throws {
        let outcome = await withCheckedContinuation { continuation in
            PlatformThread.startOrRun(name: "conformance") { continuation.resume(returning: self.outcome(on: backend)) }
        }
        switch outcome {
        case .passed: return
        case .failed(let finding): throw ConformanceFailure("\(self) (\(self.citation)): \(finding)")
        case .notApplicable(let needs): throw ConformanceFailure("\(self): needs \(needs.joined(separator: ", "))")
        }
    }

    /// Runs the body on a thread of its own: one that hangs is left behind.
    func outcome(on subject: ConformanceSubject) -> Outcome {
        let outcome = Monitor<Outcome?>(nil)
        PlatformThread.startOrRun(name: "conformance") {
            let result: Outcome
            do {
                try self.body(subject)
                result = .passed
            } catch {
                result = .failed("\(error)")
            }
            outcome.update { $0 = result }
        }
        return outcome.waitForOutcome(self.timeLimit)
    }
}

extension Monitor<ConformanceCase.Outcome?> {
    fileprivate func waitForOutcome(_ limit: Duration) -> ConformanceCase.Outcome {
        self.wait(until: limit) { $0 != nil }
        return self.value ?? .failed("it did not end within \(limit)")
    }
}

extension ConformanceSubject {
    init<Backend: BackendUnderTest>(_ backend: Backend.Type) throws {
        self.init(
            name: backend.name,
            capabilities: try backend.capabilities(),
            makeBackend: { try backend.makeBackend(BackendRequest(name: backend.name)) }
        )
    }
}
