// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The table of one case.
package struct CaseTable {
    private let result: CaseResult

    package init(_ result: CaseResult) { self.result = result }

    package var text: String {
        let figure = self.result.benchmark.figure
        let memory = self.result.benchmark.isAboutGrowth ? "memory, of it grown" : "memory"
        let (first, second) = figure.moreIsBetter ? ("maximum", "median") : ("minimum", "median")
        var lines = [
            "### \(self.result.benchmark.shortTitle)",
            "",
            "| \(figure.unit) | \(first) | \(second) | ÷ best peer | ÷ limit | \(memory) |",
            "|---|---|---|---|---|---|",
        ]
        let ours = self.result.contenders.filter { $0.kind == .ours }
        let peers = self.result.contenders.filter { $0.kind == .peer }.sorted(by: self.isBetter)
        lines += (ours + peers).map(self.row)
        if let limit = self.result.limit, figure.isTime {
            let best = Statistics(self.result.limits)?.minimum ?? limit
            lines.append(
                "| *limit: \(self.result.benchmark.limit)* | \(figure.text(best)) | \(figure.text(limit)) | | 1 | |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func isBetter(_ first: ContenderResult, _ second: ContenderResult) -> Bool {
        guard let one = first.statistics?.median else { return false }
        guard let other = second.statistics?.median else { return true }
        return one != other && self.result.benchmark.figure.isAtLeast(one, asGoodAs: other)
    }

    private func row(_ contender: ContenderResult) -> String {
        let name = contender.kind == .ours ? "**\(contender.name)**" : contender.name
        let label = contender.note.isEmpty ? name : "\(name) (\(contender.note))"
        guard let statistics = contender.statistics else {
            return "| \(label) | \(contender.problem ?? "not measured") | | | | |"
        }
        let figure = self.result.benchmark.figure
        let cells = [
            label,
            figure.text(figure.moreIsBetter ? statistics.maximum : statistics.minimum),
            figure.text(statistics.median),
            self.ratio(statistics.median, to: self.result.bestPeer?.median),
            self.ratio(statistics.median, to: self.result.limit),
            contender.memory.map(self.text) ?? "",
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    private func ratio(_ value: Double, to other: Double?) -> String {
        other.map { NumberText.significant(value / $0) } ?? ""
    }

    private func text(_ memory: MemoryUse) -> String {
        let peak = NumberText.mebibytes(memory.peak)
        return self.result.benchmark.isAboutGrowth ? "\(peak), \(NumberText.mebibytes(memory.growth))" : peak
    }
}
