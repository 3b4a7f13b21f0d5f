// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Whether a target is met, and by how much it is not.
package struct Verdict: Sendable {
    package enum Outcome: Equatable, Sendable {
        case met

        /// By this factor, or for this other reason.
        case missed(String)

        /// For want of one of the two figures.
        case unknown(String)
    }

    package let target: Target

    /// Our figure.
    package let measured: Double?

    /// The figure that it is divided by, with the name of whose it is: of several the one that is hardest to match.
    package let reference: (name: String, figure: Double)?

    /// What the ratio may be, and is: for absolute targets, the figures themselves.
    package let askedRatio: Double?
    package let ratio: Double?

    package let outcome: Outcome

    package init(_ target: Target, in result: CaseResult) {
        let figure = result.benchmark.figure
        self.target = target
        let ours = target.backendNote.isEmpty ? result.ours : result.contender(target.contender)
        self.measured = ours?.statistics?.median
        let comparison = Self.comparison(target, result, self.measured)
        self.reference = comparison?.reference
        self.askedRatio = comparison?.asked
        self.ratio = comparison?.ratio

        guard let measured = self.measured else {
            self.outcome = .unknown(ours?.problem ?? "not measured")
            return
        }
        guard let ratio = self.ratio, let askedRatio = self.askedRatio else {
            self.outcome = .unknown(
                "\(target.references.isEmpty ? "every peer" : target.references[0].name) is missing"
            )
            return
        }
        var reasons: [String] = []
        if !figure.isAtLeast(ratio, asGoodAs: askedRatio) {
            let excess = figure.moreIsBetter ? askedRatio / ratio : ratio / askedRatio
            reasons.append("by \(NumberText.fixed((excess - 1) * 100, digits: excess < 1.1 ? 1 : 0)) %")
        }
        if target.beatsEveryPeer, let best = result.bestPeer, !figure.isAtLeast(measured, asGoodAs: best.median) {
            reasons.append("\(best.name) is better")
        }
        if let allowed = target.growth, let growth = ours?.memory?.growth, growth >= allowed {
            reasons.append("grows by \(NumberText.mebibytes(growth))")
        }
        self.outcome = reasons.isEmpty ? .met : .missed(reasons.joined(separator: ", "))
    }
    private typealias Comparison = (reference: (name: String, figure: Double)?, asked: Double, ratio: Double)

    /// The comparison that is the worst for us, among those with the peers of the run.
    private static func comparison(_ target: Target, _ result: CaseResult, _ measured: Double?) -> Comparison? {
        guard let measured else { return nil }
        if target.condition == .absolute { return (nil, target.asked, measured) }
        var comparisons: [Comparison] = target.references.compactMap { wanted in
            let isLimit = wanted.name == Target.Reference.limit
            let median = isLimit ? result.limit : result.contender(wanted.name)?.statistics?.median
            return median.map { ((wanted.name, $0), target.asked / wanted.figure, measured / $0) }
        }
        if target.references.isEmpty, let best = result.bestPeer {
            comparisons = [((best.name, best.median), target.asked, measured / best.median)]
        }
        let isBetter = result.benchmark.figure.isAtLeast
        return comparisons.max { isBetter($0.ratio / $0.asked, $1.ratio / $1.asked) }
    }
}
