// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore

extension WorkerLauncher where Self == CommandLauncher {
    /// A command as a person writes it, such as `"srun -N2 --partition=long"` or `"ssh hosta"`; it is split as a shell would, and run without.
    ///
    /// Of `srun -N`, `srun -n`, `sbatch --array` and `mpirun -n` the number of hosts is read, and each is started as `.slurm`, `.slurmArray`
    /// and `.mpi` do, and so is `sbatch` without an array; `mpirun` without `-n`, and an array that is not understood, are refused. The words behind `ssh` go through the shell of the other
    /// machine, and are quoted for that. Everything else is as for `.command`.
    ///
    /// - Parameters:
    ///   - line: The command, with no program to run in the end: that is this one. `{worker}` stands for it in other places.
    ///   - capacity: How many times the command may run at once, where no number of hosts is read of it; 1 by default.
    ///   - program: The executable there; by default where it is on this machine.
    /// - Returns: The launcher.
    /// - Throws: ``ParallelError`` `.invalidArgument` where it cannot be split, says nothing, or cannot start hosts.
    public static func commandLine(
        _ line: String,
        capacity: Int? = 1,
        program: String? = nil
    ) throws -> CommandLauncher {
        let words = try CommandWords.split(line)
        guard let first = words.first else {
            throw ParallelError(.invalidArgument, "launch: an empty command; write one, such as \"ssh hosta\"")
        }
        let launcher =
            try KnownCommand(words)?.launcher(first)
            ?? .command(words, capacity: capacity, isReadByShell: KnownCommand.name(first) == "ssh")
        var template = launcher.template
        template.program = program
        return CommandLauncher(template)
    }
}

/// A command whose options say how many hosts it starts.
struct KnownCommand {
    private enum Tool {
        case srunNodes, srunTasks, sbatch, mpirun
    }

    private let tool: Tool
    private let count: Int
    private let options: [String]

    /// How many jobs of an array may run at once, where that is said.
    private var limit: Int?

    /// Reads a command; `nil` when it is none of those, or one of `srun` that says it in a way that is not understood.
    ///
    /// - Throws: `ParallelError` where it is one that works only if that is understood.
    init?(_ words: [String]) throws(ParallelError) {
        guard let first = words.first else { return nil }
        let options = Array(words.dropFirst())
        let name = Self.name(first)
        let isComposed = words.contains { $0.contains("{worker}") || $0.contains("{program}") }
        switch name {
        case "srun":
            if isComposed { return nil }
            let tasks = Self.number(["-n", "--ntasks"], from: options)
            guard let nodes = Self.number(["-N", "--nodes"], from: options) else {
                guard let tasks else { return nil }
                (self.tool, self.count, self.options) = (.srunTasks, tasks.count, tasks.rest)
                return
            }
            // Several on each node: not one by one.
            guard tasks == nil, !options.contains(where: { $0.hasPrefix("--ntasks") }) else { return nil }
            (self.tool, self.count, self.options) = (.srunNodes, nodes.count, nodes.rest)
        case "sbatch":
            if isComposed { throw Self.refusal(words, "is handed a script; leave {worker} and {program} out") }
            guard let array = OptionWords.take(["-a", "--array"], from: options) else {
                (self.tool, self.count, self.options) = (.sbatch, 1, options)
                return
            }
            guard let (count, limit) = Self.arrayCount(array.value) else {
                throw Self.refusal(
                    words,
                    "has an array '\(array.value)' that is not understood; write one such as 0-7, 1,5,9, 0-15:4 or 0-7%2"
                )
            }
            (self.tool, self.count, self.options, self.limit) = (.sbatch, count, array.rest, limit)
        case "mpirun", "mpiexec":
            if isComposed { throw Self.refusal(words, "starts this program; leave {worker} and {program} out") }
            guard let processes = Self.number(["-n", "-np", "--n", "-c"], from: options) else {
                throw Self.refusal(words, "does not say how many hosts there are to be; write -n, such as \(name) -n 4")
            }
            (self.tool, self.count, self.options) = (.mpirun, processes.count, processes.rest)
        default: return nil
        }
    }

    private static func refusal(_ words: [String], _ why: String) -> ParallelError {
        ParallelError(
            .invalidArgument,
            "launch: '\(words.map { CommandWords.quoted($0) }.joined(separator: " "))' \(why)"
        )
    }

    /// The launcher that starts it.
    ///
    /// - Parameter path: The command's first word.
    /// - Returns: The launcher.
    func launcher(_ path: String) -> CommandLauncher {
        var template: CommandTemplate
        switch self.tool {
        case .srunNodes:
            template = CommandLauncher.slurm(nodes: self.count, options: self.options).template
        case .srunTasks:
            template = CommandTemplate(words: ["srun", "--ntasks={count}", "--job-name={name}"] + self.options)
            (template.hostsPerCommand, template.capacity) = (self.count, self.count)
            (template.beginsTogether, template.restarts) = (true, true)
        case .sbatch:
            template = CommandLauncher.slurmArray(count: self.count, options: self.options).template
            if let limit = self.limit {
                template.words = template.words.map { $0.hasPrefix("--array=") ? "\($0)%\(limit)" : $0 }
            }
        case .mpirun: template = CommandLauncher.mpi(count: self.count, options: self.options).template
        }
        template.words[0] = path
        return CommandLauncher(template)
    }

    /// The last part of a path.
    static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// Takes an option with a number out of a list.
    ///
    /// - Returns: The number, and the rest; `nil` when it is not there, or its value is no number from 1.
    private static func number(_ names: [String], from options: [String]) -> (count: Int, rest: [String])? {
        guard let (value, rest) = OptionWords.take(names, from: options), let count = Int(value), count >= 1 else {
            return nil
        }
        return (count, rest)
    }

    /// How many jobs an array has, and how many of them may run at once: `0-3`, `1,4,7`, `0-15:4`, `0-7%2`.
    private static func arrayCount(_ text: String) -> (count: Int, limit: Int?)? {
        let halves = text.split(separator: "%", omittingEmptySubsequences: false)
        var limit: Int?
        if halves.count > 1 {
            guard halves.count == 2, let number = Int(halves[1]), number >= 1 else { return nil }
            limit = number
        }
        var count = 0
        for part in halves[0].split(separator: ",", omittingEmptySubsequences: false) {
            let steps = part.split(separator: ":", omittingEmptySubsequences: false)
            let ends = steps[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard steps.count <= 2, let step = steps.count == 2 ? Int(steps[1]) : 1, step >= 1 else { return nil }
            switch ends.count {
            case 1 where ends[0] != nil && steps.count == 1: count += 1
            case 2:
                guard let first = ends[0], let last = ends[1], first <= last, last - first < 1 << 20 else { return nil }
                count += (last - first) / step + 1
            default: return nil
            }
        }
        return count >= 1 ? (count, limit) : nil
    }
}

#endif
