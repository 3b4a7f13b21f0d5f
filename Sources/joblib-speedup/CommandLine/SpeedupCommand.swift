// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Joblib

/// The program `joblib-speedup`: its options, and what follows from them.
@main
struct SpeedupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "joblib-speedup",
        abstract: "Measures how much faster convolutions get with more jobs, and draws it.",
        discussion: """
            Convolves two random arrays in several tasks, for every size and every number of jobs. Progress goes to \
            stderr, a table to stdout, a chart to the --output file, and the times to a CSV file of the same name \
            (speedup.svg and speedup.csv), from which --from draws again.

            A list is made of numbers and ranges, separated by commas: 5000,10000 or 1...8 or, with a step, \
            5000...50000/5000.

            Ctrl-C stops the run; what was measured until then is printed and drawn, and the exit status is 130.
            """
    )

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Sizes of the two arrays. (default: 5000...50000/5000)", valueName: "list"),
        transform: { try IntegerList($0, in: Limits.sizes) }
    )
    var sizes: IntegerList?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Values of nJobs, which may exceed the CPUs. (default: 1 to the CPU count)",
            valueName: "list"
        ),
        transform: { try IntegerList($0, in: Limits.jobs) }
    )
    var jobs: IntegerList?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of convolutions in each run. (default: 8)", valueName: "count"),
        transform: { try Limits.count($0, in: Limits.tasks) }
    )
    var tasks: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of runs of which the best counts. (default: 2)", valueName: "count"),
        transform: { try Limits.count($0, in: Limits.repeats) }
    )
    var repeats: Int?

    @Option(help: ArgumentHelp("Backend that runs the tasks. (default: threading)", valueName: "name"))
    var backend: String?

    @Option(help: ArgumentHelp("The chart to write, with the extension .svg.", valueName: "file"))
    var output = "speedup.svg"

    @Option(help: ArgumentHelp("Draw the times of a CSV file instead of measuring.", valueName: "file"))
    var from: String?

    static func main() {
        CommandLineExit.run(Self.self)
    }

    func validate() throws {
        if let backend, !registeredParallelBackends().contains(backend) {
            let known = registeredParallelBackends().joined(separator: ", ")
            throw ValidationError("unknown backend '\(backend)'; the backends are \(known)")
        }
        // The extension keeps the chart from replacing the CSV file that it is drawn from.
        guard self.output.lowercased().hasSuffix(".svg") else {
            throw ValidationError("the name of the chart, '\(self.output)', does not end in .svg")
        }
        let measuring = [
            "--sizes": self.sizes != nil, "--jobs": self.jobs != nil, "--tasks": self.tasks != nil,
            "--repeats": self.repeats != nil, "--backend": self.backend != nil,
        ]
        if self.from != nil, let option = measuring.filter(\.value).keys.sorted().first {
            throw ValidationError("\(option) has no meaning with --from, which measures nothing")
        }
    }

    func run() throws {
        if let from {
            try self.redraw(from)
        } else {
            try self.measure()
        }
    }
}

// MARK: - What the options ask for

extension SpeedupCommand {
    /// The numbers that an option accepts.
    private enum Limits {
        static let sizes = 1...1_000_000
        static let jobs = 1...1_024
        static let tasks = 1...10_000
        static let repeats = 1...1_000

        static func count(_ text: String, in bounds: ClosedRange<Int>) throws -> Int {
            guard let count = Int(text), bounds.contains(count) else {
                throw ValidationError("not a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
            return count
        }
    }

    /// The experiment that the options describe.
    var experiment: Experiment {
        Experiment(
            sizes: self.sizes?.values ?? Array(stride(from: 5_000, through: 50_000, by: 5_000)),
            jobs: self.jobs?.values ?? Array(1...cpuCount()),
            conditions: Times.Conditions(
                tasks: self.tasks ?? 8,
                repeats: self.repeats ?? 2,
                backend: self.backend ?? "threading",
                cpus: cpuCount()
            )
        )
    }

    /// The file of times beside the chart.
    var timesPath: String { self.output.dropLast(".svg".count) + ".csv" }

    private func redraw(_ path: String) throws {
        let times: Times
        do {
            times = try Times(csv: try TextFile(path).read())
        } catch {
            throw ValidationError("\(path): \(error)")
        }
        let chart = try self.writable(self.output)
        try StandardStream.output.write(TimesTable(times: times).description)
        try chart.write(SpeedupChart(times: times).svg)
    }

    private func measure() throws {
        // A file that cannot be written must be known before the run, not after it.
        let chart = try self.writable(self.output)
        let csv = try self.writable(self.timesPath)

        let experiment = self.experiment
        var progress = ProgressLine(total: experiment.timingCount, isTerminal: StandardStream.error.isTerminal)
        var times = Times(conditions: experiment.conditions)
        let clock = ContinuousClock()
        let start = clock.now
        var isInterrupted = false
        do {
            try cancellingOnInterrupt {
                try experiment.run { event in
                    switch event {
                    case .starting(let size, let nJobs, let repetition):
                        let step = "size \(size), nJobs \(nJobs), run \(repetition) of \(experiment.conditions.repeats)"
                        StandardStream.report(progress.start(step, elapsed: clock.now - start))
                    case .measured(let measurement):
                        times.record(measurement)
                    }
                }
            }
        } catch  where Experiment.isInterruption(error) {
            isInterrupted = true
        }
        StandardStream.report(progress.finish(elapsed: clock.now - start, isInterrupted: isInterrupted))

        if !times.measurements.isEmpty {
            try StandardStream.output.write(TimesTable(times: times).description)
            try csv.write(times.csv)
            try chart.write(SpeedupChart(times: times).svg)
        }
        if isInterrupted { throw ExitCode(CommandLineExit.interrupted) }
    }

    private func writable(_ path: String) throws -> TextFile {
        let file = TextFile(path)
        do {
            try file.checkWritable()
        } catch {
            throw ValidationError("\(path): \(error)")
        }
        return file
    }
}
