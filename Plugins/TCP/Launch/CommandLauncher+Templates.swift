// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibPOSIX

extension WorkerLauncher where Self == CommandLauncher {
    /// Slurm's `srun`: one host on each of so many nodes; one that is killed is started again there.
    ///
    /// - Parameters:
    ///   - nodes: How many, from 1.
    ///   - workersPerHost: How many workers a host has, and asks Slurm for CPUs for, from 1; by default `options` say it, or Slurm does, and
    ///     there are as many as CPUs that the host may use.
    ///   - options: Further options of `srun`, such as `["--partition=long", "--time=60"]`.
    ///   - program: The executable on the nodes; by default where it is on this machine, in a folder that they share.
    /// - Returns: The launcher.
    public static func slurm(
        nodes: Int,
        workersPerHost: Int? = nil,
        options: [String] = [],
        program: String? = nil
    ) -> CommandLauncher {
        var template = CommandTemplate(
            words: [
                "srun", "--nodes={count}", "--ntasks={count}", "--ntasks-per-node=1", "--job-name={name}",
            ]
        )
        template.words += (workersPerHost.map { ["--cpus-per-task=\($0)"] } ?? []) + options
        (template.hostsPerCommand, template.capacity, template.program) = (max(nodes, 1), nodes, program)
        template.slots = workersPerHost
        // Slurm has the nodes back when the last host has ended: another one that is to take the place of one waits for ever.
        (template.beginsTogether, template.restarts) = (true, true)
        return CommandLauncher(template)
    }

    /// Slurm's `sbatch --array`: so many jobs with one host each, which begin as Slurm finds room; one that was killed is replaced.
    ///
    /// The token is in a file, in a folder that the nodes see; it is removed in the end.
    ///
    /// - Parameters:
    ///   - count: How many, from 1.
    ///   - workersPerHost: The same for a job.
    ///   - options: Further options of `sbatch`. Without `--output` among them what hosts print is dropped; `--job-name` has no effect.
    ///   - program: The executable on the nodes; by default where it is on this machine.
    ///   - folder: Where the token's file is; by default the working directory.
    /// - Returns: The launcher.
    public static func slurmArray(
        count: Int,
        workersPerHost: Int? = nil,
        options: [String] = [],
        program: String? = nil,
        folder: String? = nil
    ) -> CommandLauncher {
        var template = CommandTemplate(
            words: ["sbatch", "--parsable", "--array=0-{last}"]
        )
        let hasOutput = options.contains { $0.hasPrefix("--output") || $0.hasPrefix("-o") }
        template.words += hasOutput ? [] : ["--output=/dev/null"]
        template.words += (workersPerHost.map { ["--cpus-per-task=\($0)"] } ?? []) + options
        // The last one counts: by this name the job is found whose number nobody has.
        template.words += ["--job-name={name}"]
        template.stop = ["scancel", "{job}", "{clusters}"]
        template.stopPart = ["scancel", "{job}_{part}", "{clusters}"]
        template.stopByName = ["scancel", "--name={name}", "--user=\(ThisProcess.userID)", "{clusters}"]
        template.status = ["squeue", "--noheader", "--array", "--jobs={job}", "--format=%T", "{clusters}"]
        template.cluster = OptionWords.value(["-M", "--clusters", "--cluster"], in: options) ?? ""
        (template.hostsPerCommand, template.capacity, template.program) = (max(count, 1), count, program)
        template.slots = workersPerHost
        (template.isSubmission, template.tokenWay, template.folder) = (true, .file, folder)
        return CommandLauncher(template)
    }

    /// MPI's `mpirun`: so many hosts in one command, which all end with the first that ends, and are then all replaced.
    ///
    /// The token is in a file, since `mpirun` hands its standard input to the first process alone; it is removed in the end.
    ///
    /// - Parameters:
    ///   - count: How many, from 1.
    ///   - hosts: The machines, for `--host`; by default those that `options` or the scheduler around the program say.
    ///   - options: Further options of `mpirun`, such as `["--hostfile", "hosts"]`.
    ///   - program: The executable on the machines; by default where it is on this one.
    ///   - folder: Where the token's file is; by default the working directory.
    /// - Returns: The launcher.
    public static func mpi(
        count: Int,
        hosts: [String] = [],
        options: [String] = [],
        program: String? = nil,
        folder: String? = nil
    ) -> CommandLauncher {
        var template = CommandTemplate(words: ["mpirun", "-n", "{count}"])
        template.words += (hosts.isEmpty ? [] : ["--host", hosts.joined(separator: ",")]) + options
        (template.hostsPerCommand, template.capacity, template.program) = (max(count, 1), count, program)
        (template.tokenWay, template.folder, template.beginsTogether) = (.file, folder, true)
        return CommandLauncher(template)
    }

    /// `ssh` to each of some machines: one host on each.
    ///
    /// - Parameters:
    ///   - machines: As `ssh` takes them, such as `"hosta"` and `"user@hostb"`; no password is asked for.
    ///   - options: Further options of `ssh`.
    ///   - program: The executable there; by default where it is on this machine.
    /// - Returns: The launcher.
    public static func ssh(
        _ machines: [String],
        options: [String] = [],
        program: String? = nil
    ) -> CommandLauncher {
        var template = CommandTemplate(words: ["ssh", "-T", "-o", "BatchMode=yes"] + options + ["--", "{place}"])
        (template.places, template.capacity, template.program) = (machines, machines.count, program)
        template.isReadByShell = true
        return CommandLauncher(template)
    }

    /// `kubectl run`: so many pods with one host each; each is deleted in the end.
    ///
    /// - Parameters:
    ///   - image: The image, which holds the program, and `env`.
    ///   - count: How many, from 1.
    ///   - namespace: The namespace; by default that of the context.
    ///   - options: Further options of `kubectl run`.
    ///   - program: The executable in the image; by default where it is on this machine.
    /// - Returns: The launcher.
    public static func kubernetes(
        image: String,
        count: Int,
        namespace: String? = nil,
        options: [String] = [],
        program: String? = nil
    ) -> CommandLauncher {
        let space = namespace.map { ["--namespace=\($0)"] } ?? []
        var template = CommandTemplate(
            words: ["kubectl", "run", "{name}", "--image=\(image)", "--restart=Never", "--rm", "--stdin", "--quiet"]
        )
        template.words += space + options + ["--command", "--", "{worker}"]
        template.stop = ["kubectl", "delete", "pod", "{name}", "--ignore-not-found", "--wait=false"] + space
        (template.capacity, template.program) = (count, program)
        return CommandLauncher(template)
    }

    /// Any command, which is run once for each host that is wanted, and runs for as long as the host does.
    ///
    /// The command hands its standard input on to the host, which finds the token there. In `arguments`, and in `stop`, `{worker}` stands
    /// for the words that start the host, `env`, variables and the program; without it they come last, and within a longer word, such as
    /// `"module load x && exec {worker}"`, it is the same as a shell reads it. `{name}` is the order's name,
    /// `{program}` the executable, `{address}` where it has to dial, `{slots}` how many workers it is to have, if that was said.
    ///
    /// - Parameters:
    ///   - arguments: The command's program and its arguments, which go through no shell; empty: the program itself, on this machine.
    ///   - capacity: How many hosts at most, from 1; `nil`: any number.
    ///   - stop: A command that ends what one run of the command has left elsewhere, when that was stopped.
    ///   - isReadByShell: Whether the last words of the command go through a shell on their way, as those of `ssh` do.
    ///   - program: The executable there; by default where it is on this machine.
    /// - Returns: The launcher.
    public static func command(
        _ arguments: [String],
        capacity: Int? = 1,
        stop: [String] = [],
        isReadByShell: Bool = false,
        program: String? = nil
    ) -> CommandLauncher {
        var template = CommandTemplate(words: arguments)
        (template.stop, template.capacity, template.isReadByShell) = (stop, capacity, isReadByShell)
        template.program = program
        return CommandLauncher(template)
    }
}

#endif
