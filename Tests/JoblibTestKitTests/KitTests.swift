// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibTestKit
import Testing

@Suite("The conformance kit", .timeLimit(.minutes(2)))
struct KitTests {
    @Test("finds what is wrong with each of these backends", arguments: BrokenBackends.all.indices)
    func broken(_ index: Int) async throws {
        let (backend, failing) = BrokenBackends.all[index]
        var testCase = try #require(ConformanceCase.all.first { $0.id == failing })
        testCase.timeLimit = .seconds(3)
        let error = await #expect(throws: ConformanceFailure.self) { try await testCase.run(onAny: backend) }
        // The failure says which case it is.
        #expect(error?.description.contains(failing) == true)
    }

    @Test("has cases with ids of their own, each with a claim, obligations and a time limit, in fifteen families")
    func cases() {
        let all = ConformanceCase.all
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(all.allSatisfy { !$0.claim.isEmpty && !$0.obligations.isEmpty && $0.timeLimit > .zero })
        let families = [
            "order", "errors", "cancellation", "timeouts", "retries", "streaming", "nesting", "scopes", "lifecycle",
            "seeds", "largeValues", "orchestration", "hostile", "portable", "portableFailures",
        ]
        #expect(Set(all.map(\.family.description)) == Set(families))
    }

    @Test("leaves out what a backend has no means for, and says what that is")
    func applicability() {
        let applicable = ConformanceCase.applicable(to: OurBackends.Sequential.self)
        #expect(applicable.allSatisfy { $0.needs.isDisjoint(with: [.workers, .elasticity]) })
        #expect(applicable.count < ConformanceCase.all.count)
        let report = ConformanceReport(OurBackends.Sequential.self) { $0.id == "timeouts/stuck" }
        #expect(report.notApplicable == 1 && report.passed == 0 && report.failed == 0)
        #expect(report.description.contains("needs workers"))
    }

    @Test("reports what passed, what failed and why, with the numbers of the contract")
    func report() {
        let ids = ["order/map", "lifecycle/faults", "hostile/elastic"]
        let report = ConformanceReport(BrokenBackends.Twice.self) { ids.contains($0.id) }
        #expect(report.passed == 1 && report.failed == 1 && report.notApplicable == 1)
        #expect(report.rows.map(\.testCase.id) == ["order/map", "lifecycle/faults", "hostile/elastic"])
        let text = report.description
        #expect(text.contains("FAILED          lifecycle/faults"))
        #expect(text.contains("obligations 8, 34: faults that were reported"))
        #expect(text.hasSuffix("twice: 1 passed, 1 failed, 1 not applicable"))
    }

    @Test("says so when a second process cannot find a backend")
    func privateType() async throws {
        struct Local: BackendUnderTest {
            static let name = "local"

            static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { ThreadingBackend() }
        }
        let isolated = ConformanceCase.all.filter(\.isIsolated)
        let testCase = try #require(isolated.first)
        let error = await #expect(throws: ConformanceFailure.self) { try await testCase.run(on: Local.self) }
        #expect(error?.description.contains("private or local") == true)
    }
}

extension ConformanceCase {
    /// Runs the case on a backend whose type is known at run time alone.
    fileprivate func run(onAny backend: any BackendUnderTest.Type) async throws {
        func open<Backend: BackendUnderTest>(_ backend: Backend.Type) async throws { try await self.run(on: backend) }
        try await open(backend)
    }
}
