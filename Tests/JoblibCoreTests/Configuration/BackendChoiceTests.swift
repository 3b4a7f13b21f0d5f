// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct BackendChoiceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let explicit: Bool
        let scope: Bool
        let prefer: BackendPreference?
        let require: BackendRequirement?
        let hasProcesses: Bool

        var testDescription: String {
            "explicit: \(self.explicit), scope: \(self.scope), prefer: \(String(describing: self.prefer)), "
                + "require: \(String(describing: self.require)), processes: \(self.hasProcesses)"
        }

        var isContradictory: Bool { self.prefer == .processes && self.require == .sharedmem }

        func decide() throws(ParallelError) -> Decision {
            let choice = BackendChoice(
                explicit: self.explicit ? "explicit" : nil,
                scope: self.scope ? "scope" : nil,
                prefer: self.prefer,
                require: self.require
            )
            let registered =
                ["threading", "explicit", "scope", "usual"] + (self.hasProcesses ? ["multiprocessing"] : [])
            return Decision(try choice.decide(defaultName: "usual", isRegistered: registered.contains))
        }

        static let all = [true, false]
            .flatMap { explicit in
                [true, false]
                    .flatMap { scope in
                        [nil, BackendPreference.threads, .processes]
                            .flatMap { prefer in
                                [nil, BackendRequirement.sharedmem]
                                    .flatMap { require in
                                        [true, false]
                                            .map { hasProcesses in
                                                Case(
                                                    explicit: explicit,
                                                    scope: scope,
                                                    prefer: prefer,
                                                    require: require,
                                                    hasProcesses: hasProcesses
                                                )
                                            }
                                    }
                            }
                    }
            }
    }

    struct Decision: Equatable {
        var name: String
        var insists = false
        var yieldsToThreads = false
        var isHint = false
    }

    @Test("Every combination of names and hints has its decision", arguments: Case.all.filter { !$0.isContradictory })
    func matrix(_ testCase: Case) throws {
        let isShared = testCase.require == .sharedmem
        let expected: Decision =
            if testCase.explicit {
                Decision(name: "explicit", insists: true)
            } else if testCase.scope {
                Decision(name: "scope", yieldsToThreads: isShared)
            } else if testCase.prefer == .threads {
                Decision(name: "usual", yieldsToThreads: true)
            } else if testCase.prefer == .processes {
                testCase.hasProcesses ? Decision(name: "multiprocessing", isHint: true) : Decision(name: "usual")
            } else {
                Decision(name: "usual", yieldsToThreads: isShared)
            }
        #expect(try testCase.decide() == expected)
    }

    @Test(
        "Hints that contradict each other are refused, whatever was chosen",
        arguments: Case.all.filter(\.isContradictory)
    )
    func contradiction(_ testCase: Case) throws {
        let error = try #require(throws: ParallelError.self) { try testCase.decide() }
        #expect(error.code == .inconsistentHints)
    }

    @Test("There are 48 combinations, 8 of them contradictory")
    func completeness() {
        #expect(Case.all.count == 48)
        #expect(Case.all.count(where: \.isContradictory) == 8)
    }
}

extension BackendChoiceTests.Decision {
    init(_ step: BackendChoice.Step) {
        switch step {
        case .insist(let selection):
            self.init(name: selection.name ?? "", insists: true)
        case .tryFirst(let selection):
            self.init(name: selection.name ?? "", isHint: true)
        case .use(let selection, let yieldsToThreads):
            self.init(name: selection.name ?? "", yieldsToThreads: yieldsToThreads)
        }
    }
}

extension BackendSelection {
    /// The name that was chosen; `nil` for a backend that was given itself.
    var name: String? {
        if case .name(let name) = self.kind { name } else { nil }
    }
}
