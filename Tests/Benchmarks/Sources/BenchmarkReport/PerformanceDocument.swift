// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// `docs/performance.md`, all of it.
package struct PerformanceDocument {
    private let run: RunDescription
    private let results: [CaseResult]

    /// The tables of what following a loop costs.
    private let progressCost: String

    package init(_ run: RunDescription, _ results: [CaseResult], progressCost: String) {
        self.run = run
        self.results = results
        self.progressCost = progressCost
    }

    package var text: String {
        [
            self.introduction, self.conditions, self.targets, self.cases, self.unmeasured, self.missing, self.progress,
        ]
        .filter { !$0.isEmpty }
        .joined(separator: "\n")
    }

    private var introduction: String {
        """
        # Performance

        What a loop costs here, and what it costs with what one would take instead. This file is written by the command
        below, whatever comes out.

        ![How long others take for what we do](performance.svg)

        The line at 1 is ours, on the backend `threading` if that does it at all, and for other hosts on `tcp`: what is to
        the right of it takes longer, what is to the left of it is faster. A bar reaches from ours to the best of the peers.

        ```
        cd Tests/Benchmarks
        swift run -c release Benchmarks install     # the peers; Debian and Ubuntu
        \(Self.command)    # measures; writes this file and the picture
        ```

        Every contender is a process of its own. The driver asks them for one sample at a time, by turns, so that a
        neighbour's noise meets all of them; it waits before each until the machine is quiet, and one sample of each, for
        warming up, does not count. All have two workers, call the same C functions, and check what they return: a wrong
        result is an error and not a time. Use the ratios: absolute times drift with the machine's neighbours.

        - *÷ best peer* divides medians; *÷ limit* divides by what the machine allows, measured in the same rounds by a
          program in C++. What two workers could halve is done by one for it, and halved.
        - *memory* is the most that was resident, at any time; of several processes the proportional set sizes, summed
          up during one more sample, with what nobody maps. *grown* is what came on top of what there was when the
          contender was ready.
        - OpenMP's threads are bound to their CPUs (`OMP_PROC_BIND=true`), without which they wait for each other.
        - `swift-joblib sequential` does the same without any parallelism.
        - *TCP* is of workers on other hosts, which are on this machine too, as their peers' are: nothing but the network is
          missing. Two hosts have a worker each, but where there are a hundred, which four hosts have. All that is ours is
          encrypted, unless it is called *plaintext*; Dask, Ray and the limit are not.

        """
    }

    private var conditions: String {
        var lines = [
            "Measured on \(self.run.date): \(self.run.machine); \(self.run.versions.joined(separator: "; ")).",
            "\(self.run.rounds) rounds.",
        ]
        if self.run.disturbedSamples > 0 {
            lines.append("\(self.run.disturbedSamples) samples were taken although something else was running.")
        }
        return lines.joined(separator: " ").wrapped(at: 120) + "\n"
    }

    private var targets: String {
        """
        ## Targets

        What is asked of two workers. Most targets were set beside figures of peers: such a one is met when ours ÷ the
        peer's, both in this run, is no worse than it was there, for each of the best peers. The table has the one that
        is hardest to match.

        \(TargetTable(self.results).text)
        """
    }

    private var cases: String {
        "## Workloads\n\n" + self.results.map { CaseTable($0).text }.joined(separator: "\n")
    }

    private static let command = "swift run -c release --traits TCP --scratch-path .build-tcp Benchmarks"

    /// What a run without the trait leaves out.
    private var unmeasured: String {
        let measured = Set(self.results.map(\.benchmark.id))
        let cases = BenchmarkCase.all.filter { $0.isOfHosts && !measured.contains($0.id) }
        guard !cases.isEmpty else { return "" }
        return """
            ## Not measured

            Workers on other hosts need the trait `TCP`, without which this was built. The command above has it; what it
            measures besides is

            \(cases.map { "- \($0.shortTitle)" }.joined(separator: "\n"))

            """
    }

    private var missing: String {
        guard !self.run.missing.isEmpty else { return "" }
        let lines = self.run.missing.map { "- \($0.name): \($0.reason). Install it with `\($0.remedy)`.\n" }
        return "## Peers that are missing\n\n\(lines.joined())"
    }

    private var progress: String {
        guard !self.progressCost.isEmpty else { return "" }
        return """
            ## What it costs to follow a loop

            About a million tasks a second, with and without somebody who looks on; `progress-cost` compares them in one
            process. An observer's third thread shares the two CPUs.

            \(self.progressCost)
            """
    }
}

extension String {
    /// The text in lines of at most so many characters.
    fileprivate func wrapped(at width: Int) -> String {
        var lines: [String] = []
        var line = ""
        for word in self.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : " \(word)"
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
