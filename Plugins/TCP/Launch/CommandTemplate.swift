// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

/// The words of a command, with places in braces that are filled in for each order.
struct CommandTemplate: Sendable {
    /// How processes that a command starts get the token.
    enum TokenWay: Sendable {
        /// The command hands its standard input on to each of them.
        case standardInput

        /// They read a file, which this process writes into a folder that they see as well.
        case file
    }

    /// The program to run, and its arguments; `{worker}` stands for the words that start a host, at the end where it is nowhere; within a
    /// longer word for the same as a shell reads them.
    var words: [String]

    /// What calls off what the command has started, and what tells whether that still runs; empty: nothing, beside the command's end.
    ///
    /// `{clusters}` stands for the option that names another cluster than the usual one, and for no word where it is that.
    var stop: [String] = []
    var status: [String] = []

    /// What ends one host of those that a command has started, the others of which stay: `{part}`.
    var stopPart: [String] = []

    /// What calls off a job of which the number is not known.
    var stopByName: [String] = []

    /// How many hosts one command may start, and how many there can be; `nil`: any number.
    var hostsPerCommand = 1
    var capacity: Int?

    /// How many workers a host has, where `.launch` does not say it; `nil`: as many as it has CPUs.
    var slots: Int?

    /// Whether the hosts of a command begin together, or not at all.
    var beginsTogether = false

    /// Whether a host that is killed is started again where it was, since its room is not given back before the others' is.
    var restarts = false

    /// Where hosts can be, one at a time each, for `{place}`.
    var places: [String] = []

    var tokenWay = TokenWay.standardInput

    /// Whether the command hands a script to a scheduler, prints the number of a job, and ends.
    var isSubmission = false

    /// The cluster, or some of which a scheduler chooses one, that jobs are handed to; empty: the usual one.
    var cluster = ""

    /// Whether the words of the host go through a shell on their way.
    var isReadByShell = false

    /// The executable there; `nil`: where it is here.
    var program: String?

    /// The folder for the token's file; `nil`: the working directory.
    var folder: String?

    /// What is filled in.
    struct Values {
        var name = ""
        var count = 1
        var place = ""
        var job = ""
        var part = ""
        var cluster = ""
        var program = ""
        var environment: [String: String] = [:]

        fileprivate var byName: [(String, String)] {
            [
                ("{name}", self.name), ("{count}", "\(self.count)"), ("{last}", "\(self.count - 1)"),
                ("{place}", self.place), ("{job}", self.job), ("{part}", self.part), ("{program}", self.program),
                ("{address}", self.environment["JOBLIB_WORKER_DIAL"] ?? ""),
                ("{slots}", self.environment[HostSettings.slotsVariable] ?? ""),
                // Within a longer word, which is there for a shell to read.
                ("{worker}", self.worker.map { CommandWords.quoted($0) }.joined(separator: " ")),
            ]
        }

        /// The words that start a host.
        var worker: [String] {
            self.cleaning + self.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [self.program]
        }

        /// `env`, without what a host would heed before its token: it inherits the variables of this process where it is started here.
        var cleaning: [String] {
            let names = [ClusterCertificates.certificateVariable, HostSettings.plaintextVariable]
            return ["env"] + names.filter { self.environment[$0] == nil }.flatMap { ["-u", $0] }
        }
    }

    /// The variables of an order, with what it leaves to the template.
    func environment(_ environment: [String: String]) -> [String: String] {
        guard let slots = self.slots else { return environment }
        return [HostSettings.slotsVariable: "\(slots)"].merging(environment) { $1 }
    }

    /// Whether the words of the template start the program themselves, so that the host's variables have to be the command's own.
    var namesProgram: Bool { self.words.contains { $0.contains("{program}") } && !self.namesWorker }

    private var namesWorker: Bool { self.words.contains { $0.contains("{worker}") } }

    /// Runs what stands behind it, up to five times where a signal ends it that nobody sends to have it end; each time with the token.
    private static let restarting = """
        IFS= read -r token
        for pause in 1 2 4 8 0; do
            printf '%s\\n' "$token" | "$@"
            status=$?
            case $status in 129|130|143) exit $status;; esac
            [ $status -gt 128 ] || exit $status
            sleep $pause
        done
        exit $status
        """

    /// The words that start a host, as the command hands them on.
    private func worker(_ values: Values) -> [String] {
        let words = (self.restarts ? ["sh", "-c", Self.restarting, "sh"] : []) + values.worker
        return self.isReadByShell ? words.map { CommandWords.quoted($0) } : words
    }

    /// The words of the command.
    func command(_ values: Values) -> [String] {
        let worker = self.worker(values)
        let isComplete = self.isSubmission || self.namesProgram || self.namesWorker
        return (self.namesProgram ? values.cleaning : [])
            + (isComplete ? self.words : self.words + ["{worker}"])
            .flatMap { $0 == "{worker}" ? worker : [Self.filled($0, values)] }
    }

    /// What is run to call off what there is, or may be.
    func callOff(_ values: Values) -> [String] {
        Self.filled(self.isSubmission && values.job.isEmpty ? self.stopByName : self.stop, values)
    }

    /// What is run to call it off, or to ask for it.
    static func filled(_ words: [String], _ values: Values) -> [String] {
        words.flatMap { word in
            guard word == "{clusters}" else { return [self.filled(word, values)] }
            return values.cluster.isEmpty ? [] : ["--clusters=\(values.cluster)"]
        }
    }

    private static func filled(_ word: String, _ values: Values) -> String {
        // One pass: what was filled in is not looked at again.
        var text = ""
        var rest = word[...]
        while let brace = rest.firstIndex(of: "{") {
            text += rest[..<brace]
            rest = rest[brace...]
            if let (name, value) = values.byName.first(where: { rest.hasPrefix($0.0) }) {
                text += value
                rest = rest.dropFirst(name.count)
            } else {
                text.append(rest.removeFirst())
            }
        }
        return text + rest
    }

    /// The script of a job, each of which says in its host's label which one of an array it is.
    func script(_ values: Values) -> String {
        let label = values.environment[HostSettings.labelVariable].map { "\(HostSettings.labelVariable)=\($0)" }
        let words = values.worker.map { word in
            CommandWords.quoted(word) + (word == label ? "/\"$SLURM_ARRAY_TASK_ID\"" : "")
        }
        return "#!/bin/sh\nexec \(words.joined(separator: " "))\n"
    }

    /// The command as errors show it: without what is the same for all.
    func shown(_ values: Values) -> String {
        let words = self.words.filter { $0 != "{worker}" }
        let text = Self.filled(words, values).map { CommandWords.quoted($0) }.joined(separator: " ")
        guard !text.isEmpty else { return values.program }
        return text.count > 200 ? "\(text.prefix(200))…" : text
    }
}

#endif
