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

            With --shared, one large array is given to all tasks instead, each of which adds up the whole of it. Time \
            and memory are measured on threading, multiprocessing and loky for an ordinary array that is shared \
            automatically, for one with sharing turned off, and for a SharedArray. --sizes are megabytes (2^20 bytes) \
            then, --jobs is one number, and --backend chooses one backend. What may take more than half of the memory \
            at hand is left out, and the table says what it needs. --shared --from draws again.

            Ctrl-C stops the run; what was measured until then is printed and drawn, and the exit status is 130.
            """
    )

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Sizes of the two arrays. (default: 5000...50000/5000; with --shared 256, or less where memory is short)",
            valueName: "list"
        ),
        transform: { try IntegerList($0, in: Limits.sizes) }
    )
    var sizes: IntegerList?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Values of nJobs, which may exceed the CPUs. (default: 1 to the CPU count; with --shared the CPU count)",
            valueName: "list"
        ),
        transform: { try IntegerList($0, in: Limits.jobs) }
    )
    var jobs: IntegerList?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of convolutions, or sums, in each run. (default: 8)", valueName: "count"),
        transform: { try Limits.count($0, in: Limits.tasks) }
    )
    var tasks: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of runs of which the best counts. (default: 2)", valueName: "count"),
        transform: { try Limits.count($0, in: Limits.repeats) }
    )
    var repeats: Int?

    @Option(
        help: ArgumentHelp("Backend that runs the tasks. (default: threading; with --shared three)", valueName: "name")
    )
    var backend: String?

    @Flag(help: "Measure what sharing one large array saves.")
    var shared = false

    @Option(
        help: ArgumentHelp(
            "The chart to write, with the extension .svg. (default: speedup.svg; with --shared shared.svg)",
            valueName: "file"
        )
    )
    var output: String?

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
        guard self.chartPath.lowercased().hasSuffix(".svg") else {
            throw ValidationError("the name of the chart, '\(self.chartPath)', does not end in .svg")
        }
        let measuring = [
            "--sizes": self.sizes != nil, "--jobs": self.jobs != nil, "--tasks": self.tasks != nil,
            "--repeats": self.repeats != nil, "--backend": self.backend != nil,
        ]
        if self.from != nil, let option = measuring.filter(\.value).keys.sorted().first {
            throw ValidationError("\(option) has no meaning with --from, which measures nothing")
        }
        if self.shared { try self.validateShared() }
    }

    func run() throws {
        switch (self.from, self.shared) {
        case (nil, false): try self.measure(self.convolutions)
        case (nil, true): try self.measure(try self.sharing())
        case (let from?, false):
            try self.redraw(from, as: Times.self, not: SharingTimes.self, "--shared --from \(from)")
        case (let from?, true): try self.redraw(from, as: SharingTimes.self, not: Times.self, "--from \(from)")
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
    var convolutions: ConvolutionExperiment {
        ConvolutionExperiment(
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

    /// The experiment with one array that the options describe, on this machine as it is now.
    ///
    /// - Throws: ``SystemError`` where memory cannot be measured.
    private func sharing() throws -> SharingExperiment {
        let conditions = SharingTimes.Conditions(
            tasks: self.tasks ?? 8,
            repeats: self.repeats ?? 2,
            nJobs: self.jobs?.values.first ?? cpuCount(),
            cpus: cpuCount()
        )
        let backends = self.backend.map { [$0] } ?? ["threading", "multiprocessing", "loky"]
        let available = try MemoryReading.available()
        let size = SharingPlan.defaultSize(backends: backends, conditions: conditions, availableBytes: available)
        let plan = SharingPlan(
            sizes: self.sizes?.values ?? [size],
            backends: backends,
            conditions: conditions,
            availableBytes: available
        )
        return SharingExperiment(plan: plan, conditions: conditions)
    }

    private func validateShared() throws {
        if let jobs, jobs.values.count > 1 {
            throw ValidationError("--jobs '\(jobs)' is \(jobs.values.count) numbers; with --shared it has to be one")
        }
        let maximum = SharingTimes.maximumSizeCount
        if let sizes, sizes.values.count > maximum {
            throw ValidationError(
                "--sizes '\(sizes)' is \(sizes.values.count) numbers; with --shared it has to be \(maximum) at most"
            )
        }
    }

    /// The file of the chart.
    var chartPath: String { self.output ?? (self.shared ? "shared.svg" : "speedup.svg") }

    /// The file of times beside the chart.
    var timesPath: String { self.chartPath.dropLast(".svg".count) + ".csv" }
}

// MARK: - What is done

extension SpeedupCommand {
    /// Draws a file of times of one kind, and refuses one of the other kind with the way to draw that.
    private func redraw<Results: Findings>(
        _ path: String,
        as kind: Results.Type,
        not other: (some Findings).Type,
        _ remedy: String
    ) throws {
        let results: Results
        do {
            let csv = try TextFile(path).read()
            if other.areNamed(inHeaderOf: csv), !kind.areNamed(inHeaderOf: csv) {
                throw SystemError("the times of the other experiment; draw them with joblib-speedup \(remedy)")
            }
            results = try Results(csv: csv)
        } catch {
            throw ValidationError("\(path): \(error)")
        }
        let chart = try self.writable(self.chartPath)
        try StandardStream.output.write(results.table)
        try chart.write(results.svg)
    }

    private func measure(_ experiment: some Experiment) throws {
        // A file that cannot be written must be known before the run, not after it.
        let chart = try self.writable(self.chartPath)
        let csv = try self.writable(self.timesPath)

        var progress = ProgressLine(total: experiment.runCount, isTerminal: StandardStream.error.isTerminal)
        var results = experiment.nothingYet
        let clock = ContinuousClock()
        let start = clock.now
        var isInterrupted = false
        do {
            try cancellingOnInterrupt {
                try experiment.run { event in
                    switch event {
                    case .starting(let step): StandardStream.report(progress.start(step, elapsed: clock.now - start))
                    case .found(let finding): results.record(finding)
                    }
                }
            }
        } catch  where type(of: experiment).isInterruption(error) {
            isInterrupted = true
        }
        StandardStream.report(progress.finish(elapsed: clock.now - start, isInterrupted: isInterrupted))

        if !results.isEmpty {
            try StandardStream.output.write(results.table)
            try csv.write(results.csv)
            try chart.write(results.svg)
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
