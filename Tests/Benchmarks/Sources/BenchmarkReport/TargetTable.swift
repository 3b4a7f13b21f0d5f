// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The targets, and what came of them.
package struct TargetTable {
    private let results: [CaseResult]

    package init(_ results: [CaseResult]) { self.results = results }

    package var text: String {
        var lines = [
            "| workload | ours | asked | measured | compared with | ratio asked | ratio measured | |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for result in self.results {
            lines += Target.all.filter { $0.caseID == result.benchmark.id }
                .map { self.row(Verdict($0, in: result), result.benchmark) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func row(_ verdict: Verdict, _ benchmark: BenchmarkCase) -> String {
        let figure = benchmark.figure
        let unit = figure.isTime ? " \(figure.unit)" : ""
        var asked = self.asked(verdict, figure)
        if verdict.target.beatsEveryPeer { asked += ", below every peer" }
        if let growth = verdict.target.growth { asked += ", growth below \(NumberText.mebibytes(growth))" }
        let isRatio = verdict.target.condition == .ratio
        let cells = [
            benchmark.shortTitle,
            verdict.target.api + verdict.target.backendNote,
            asked,
            verdict.measured.map { figure.text($0) + unit } ?? "",
            verdict.reference.map { "\($0.name), \(figure.text($0.figure))\(unit)" } ?? "",
            isRatio ? verdict.askedRatio.map(figure.ratioText) ?? "" : "",
            isRatio ? verdict.ratio.map(figure.ratioText) ?? "" : "",
            verdict.outcome.text,
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    private func asked(_ verdict: Verdict, _ figure: Figure) -> String {
        if verdict.target.asksForRatio {
            let names = verdict.target.references.map(\.name)
            return
                "\(figure.ratioText(verdict.target.asked)) × \(names.isEmpty ? "best" : names.joined(separator: ", "))"
        }
        let bound = figure.moreIsBetter ? "at least" : "at most"
        let unit = figure.isTime ? " \(figure.unit)" : ""
        return "\(bound) \(figure.text(verdict.target.asked))\(unit)"
    }
}

extension Figure {
    /// Ratios of efficiencies differ in the third digit.
    func ratioText(_ ratio: Double) -> String {
        self.moreIsBetter ? NumberText.fixed(ratio, digits: 3) : NumberText.significant(ratio)
    }
}

extension Verdict.Outcome {
    var text: String {
        switch self {
        case .met: "met"
        case .missed(let how): "**missed** \(how)"
        case .unknown(let why): "unknown: \(why)"
        }
    }
}
