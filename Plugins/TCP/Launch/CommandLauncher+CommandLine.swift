// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore

extension WorkerLauncher where Self == CommandLauncher {
    /// A command as a person writes it, such as `"srun -N2 --partition=long"` or `"ssh hosta"`; it is split as a shell would, and run without.
    ///
    /// Of `srun -N`, `srun -n`, `sbatch --array` and `mpirun -n` the number of hosts is read, and each is started as `.slurm`, `.slurmArray`
    /// and `.mpi` do. The words behind `ssh` go through the shell of the other
    /// machine, and are quoted for that. Everything else is as for `.command`.
    ///
    /// - Parameters:
    ///   - line: The command, with no program to run in the end: that is this one. `{worker}` stands for it in other places.
    ///   - capacity: How many times the command may run at once, where no number of hosts is read of it; 1 by default.
    /// - Returns: The launcher.
    /// - Throws: ``ParallelError`` `.invalidArgument` where it cannot be split, or says nothing.
    public static func commandLine(_ line: String, capacity: Int? = 1) throws -> CommandLauncher {
        let words = try CommandWords.split(line)
        guard let first = words.first else {
            throw ParallelError(.invalidArgument, "launch: an empty command; write one, such as \"ssh hosta\"")
        }
        return KnownCommand(words)?.launcher(first)
            ?? .command(words, capacity: capacity, isReadByShell: KnownCommand.name(first) == "ssh")
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

    /// Reads a command; `nil` when it is none of those, or does not say how many in a way that is understood.
    init?(_ words: [String]) {
        guard let first = words.first, !words.contains(where: { $0.contains("{") }) else { return nil }
        let options = Array(words.dropFirst())
        switch Self.name(first) {
        case "srun":
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
            guard let array = Self.number(["-a", "--array"], from: options, Self.arrayCount) else {
                let isOther = options.contains { $0.hasPrefix("-a") || $0.hasPrefix("--array") }
                guard !isOther else { return nil }
                (self.tool, self.count, self.options) = (.sbatch, 1, options)
                return
            }
            (self.tool, self.count, self.options) = (.sbatch, array.count, array.rest)
        case "mpirun", "mpiexec":
            guard let processes = Self.number(["-n", "-np", "--n", "-c"], from: options) else { return nil }
            (self.tool, self.count, self.options) = (.mpirun, processes.count, processes.rest)
        default: return nil
        }
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
        case .sbatch: template = CommandLauncher.slurmArray(count: self.count, options: self.options).template
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
    private static func number(
        _ names: [String],
        from options: [String],
        _ read: (String) -> Int? = { Int($0) }
    ) -> (count: Int, rest: [String])? {
        guard let (value, rest) = OptionWords.take(names, from: options) else { return nil }
        guard let count = read(value), count >= 1 else { return nil }
        return (count, rest)
    }

    /// How many jobs an array has: `0-3`, `1,4,7`.
    private static func arrayCount(_ text: String) -> Int? {
        var count = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            switch ends.count {
            case 1 where ends[0] != nil: count += 1
            case 2:
                guard let first = ends[0], let last = ends[1], first <= last, last - first < 1 << 20 else { return nil }
                count += last - first + 1
            default: return nil
            }
        }
        return count
    }
}

#endif
