// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibCore
import TestProcesses
import Testing

@testable import JoblibPOSIX
@testable import JoblibTCP

@Suite("Commands that start hosts")
struct CommandTemplateTests {
    private let values: CommandTemplate.Values = {
        var values = CommandTemplate.Values(
            name: "joblib-1-a-1",
            count: 3,
            place: "user@hosta",
            job: "17",
            program: "/opt/my program"
        )
        values.environment = ["JOBLIB_WORKER_DIAL": "10.0.0.1:7077", "JOBLIB_TOKEN_FILE": "-"]
        return values
    }()

    private static let cleaning = ["env", "-u", "JOBLIB_CERTIFICATE_FILE", "-u", "JOBLIB_PLAINTEXT_ON_LOOPBACK"]

    private let worker =
        Self.cleaning + ["JOBLIB_TOKEN_FILE=-", "JOBLIB_WORKER_DIAL=10.0.0.1:7077", "/opt/my program"]

    private func words(_ launcher: CommandLauncher) -> [String] { launcher.template.command(self.values) }

    @Test("srun starts one host on each node")
    func slurm() {
        let launcher: CommandLauncher = .slurm(nodes: 3, workersPerHost: 4, options: ["--time=5"])
        let words = self.words(launcher)
        #expect(
            Array(words.prefix(7)) == [
                "srun", "--nodes=3", "--ntasks=3", "--ntasks-per-node=1", "--job-name=joblib-1-a-1",
                "--cpus-per-task=4", "--time=5",
            ]
        )
        #expect(Array(words.suffix(self.worker.count)) == self.worker)
        #expect(launcher.capacity == 3 && launcher.hostsPerOrder == 3)
    }

    @Test("For how many workers CPUs are asked for, so many there are, unless the launch says otherwise")
    func slots() {
        for launcher in [CommandLauncher.slurm(nodes: 1, workersPerHost: 4), .slurmArray(count: 1, workersPerHost: 4)] {
            #expect(self.words(launcher).contains("--cpus-per-task=4"))
            #expect(launcher.template.environment(["A": "b"]) == ["A": "b", "JOBLIB_WORKER_SLOTS": "4"])
            let said = ["JOBLIB_WORKER_SLOTS": "2"]
            #expect(launcher.template.environment(said) == said)
        }
    }

    @Test(
        "What srun runs starts a host again that was killed, with the token, and no other",
        arguments: [("kill -KILL $$", 5), ("kill -TERM $$", 1), ("exit 0", 1), ("exit 69", 1)]
    )
    func restarts(end: String, count: Int) async throws {
        let launcher: CommandLauncher = .slurm(nodes: 3)
        // Without what starts the host, which a script takes the place of; and without the pauses.
        let words = Array(self.words(launcher).dropFirst(5).dropLast(self.worker.count))
        let script = try #require(words.dropFirst(2).first).replacing("sleep $pause", with: ":")
        let shell = "printf 'secret\\n' | sh -c \"$1\" sh sh -c 'IFS= read -r line; echo \"$line\"; \(end)'"
        let run = try await ProgramRun.run(URL(fileURLWithPath: "/bin/sh"), ["-c", shell, "sh", script])
        #expect(run.output.split(separator: "\n").count { $0 == "secret" } == count, "\(run.output)")
    }

    @Test("sbatch is given an array, and a script on its standard input in which the token is not")
    func slurmArray() {
        let launcher: CommandLauncher = .slurmArray(count: 8, options: ["--partition=long"])
        #expect(
            self.words(launcher) == [
                "sbatch", "--parsable", "--array=0-2", "--output=/dev/null", "--partition=long",
                "--job-name=joblib-1-a-1",
            ]
        )
        let named: CommandLauncher = .slurmArray(count: 1, options: ["-J", "mine"])
        #expect(self.words(named).last == "--job-name=joblib-1-a-1")
        #expect(
            launcher.template.script(self.values)
                == "#!/bin/sh\nexec \(Self.cleaning.joined(separator: " ")) JOBLIB_TOKEN_FILE=- "
                + "JOBLIB_WORKER_DIAL=10.0.0.1:7077 '/opt/my program'\n"
        )
        #expect(CommandTemplate.filled(launcher.template.stop, self.values) == ["scancel", "17"])
        var unknown = self.values
        unknown.job = ""
        let search = launcher.template.callOff(unknown)
        #expect(
            Array(search.prefix(2)) == ["scancel", "--name=joblib-1-a-1"] && search.last?.hasPrefix("--user=") == true
        )
        #expect(launcher.template.tokenWay == .file && launcher.capacity == 8)
        var labelled = self.values
        labelled.environment = ["JOBLIB_WORKER_LABEL": "joblib-1-a-1"]
        #expect(
            launcher.template.script(labelled).contains(" JOBLIB_WORKER_LABEL=joblib-1-a-1/\"$SLURM_ARRAY_TASK_ID\" ")
        )
        labelled.part = "5"
        #expect(CommandTemplate.filled(launcher.template.stopPart, labelled) == ["scancel", "17_5"])
        let own: CommandLauncher = .slurmArray(count: 1, options: ["--output=log"])
        #expect(!self.words(own).contains("--output=/dev/null"))
    }

    @Test(
        "A job of another cluster is asked for, and called off, there and not here",
        arguments: [["-M", "other"], ["-Mother"], ["--clusters=other"], ["--clusters", "other"]]
    )
    func otherCluster(options: [String]) {
        let launcher: CommandLauncher = .slurmArray(count: 1, options: options)
        #expect(launcher.template.cluster == "other")
        var values = self.values
        values.cluster = "other"
        #expect(CommandTemplate.filled(launcher.template.stop, values) == ["scancel", "17", "--clusters=other"])
        #expect(CommandTemplate.filled(launcher.template.status, values).last == "--clusters=other")
    }

    @Test("squeue says which cluster it speaks of, which is no job")
    func clusterLine() {
        func ending(_ output: String) -> CommandProcess.Ending {
            CommandProcess.Ending(exitCode: 0, signal: nil, output: output, errorTail: "")
        }
        #expect(JobNumber.isOver(ending("CLUSTER: other\n")) && JobNumber.isOver(ending("\n")))
        #expect(!JobNumber.isOver(ending("CLUSTER: other\nRUNNING\n")))
    }

    @Test("mpirun starts all in one command, and finds the token in a file")
    func mpi() {
        let launcher: CommandLauncher = .mpi(count: 4, hosts: ["a", "b"], options: ["--oversubscribe"])
        #expect(self.words(launcher) == ["mpirun", "-n", "3", "--host", "a,b", "--oversubscribe"] + self.worker)
        #expect(launcher.template.tokenWay == .file && launcher.hostsPerOrder == 4)
    }

    @Test("What goes through the shell of another machine is quoted for that")
    func ssh() {
        let launcher: CommandLauncher = .ssh(["user@hosta", "hostb"], options: ["-p", "22"])
        #expect(
            self.words(launcher) == [
                "ssh", "-T", "-o", "BatchMode=yes", "-p", "22", "--", "user@hosta",
            ] + self.worker.dropLast() + ["'/opt/my program'"]
        )
        #expect(launcher.capacity == 2 && launcher.hostsPerOrder == 1)
    }

    @Test("kubectl runs pods, and deletes them")
    func kubernetes() {
        let launcher: CommandLauncher = .kubernetes(image: "me/prog:1", count: 2, namespace: "batch")
        #expect(
            self.words(launcher) == [
                "kubectl", "run", "joblib-1-a-1", "--image=me/prog:1", "--restart=Never", "--rm", "--stdin", "--quiet",
                "--namespace=batch", "--command", "--",
            ] + self.worker
        )
        #expect(
            CommandTemplate.filled(launcher.template.stop, self.values)
                == [
                    "kubectl", "delete", "pod", "joblib-1-a-1", "--ignore-not-found", "--wait=false",
                    "--namespace=batch",
                ]
        )
    }

    @Test(
        "In any other command the words that start the host come last, or where it says, or it starts the program itself"
    )
    func command() {
        #expect(self.words(.command(["nice", "-n", "5"])) == ["nice", "-n", "5"] + self.worker)
        #expect(self.words(.command([])) == self.worker)
        #expect(
            self.words(.command(["x", "{worker}", "--name={name}"])) == ["x"] + self.worker + ["--name=joblib-1-a-1"]
        )
        // As a shell reads it.
        let shell: CommandLauncher = .command(["sh", "-c", "cd x && exec {worker}"])
        let quoted = (self.worker.dropLast() + ["'/opt/my program'"]).joined(separator: " ")
        #expect(self.words(shell) == ["sh", "-c", "cd x && exec \(quoted)"])
        let own: CommandLauncher = .command(["run", "--dial={address}", "{program}"])
        #expect(
            self.words(own) == Self.cleaning + ["run", "--dial=10.0.0.1:7077", "/opt/my program"]
                && own.template.namesProgram
        )
        // What is filled in is not looked at again, and other braces stay.
        var values = self.values
        values.name = "{count}"
        #expect(CommandTemplate.filled(["{name}{", "{x}"], values) == ["{count}{", "{x}"])
    }

    @Test(
        "Of known commands the number of hosts is read, each to be replaced by itself",
        arguments: [
            ("srun -N2 -p long", 2, ["srun", "--nodes=3", "--ntasks=3"]),
            ("/opt/slurm/bin/srun --nodes 2", 2, ["/opt/slurm/bin/srun", "--nodes=3"]),
            ("srun --nodes=4", 4, ["srun", "--nodes=3"]), ("srun -n 6", 6, ["srun", "--ntasks=3"]),
            ("sbatch --array=0-3", 4, ["sbatch", "--parsable", "--array=0-2"]),
            ("sbatch -a 1,5,7-9", 5, ["sbatch", "--parsable"]), ("sbatch", 1, ["sbatch", "--parsable"]),
            ("sbatch --array=0-15:4", 4, ["sbatch", "--parsable", "--array=0-2"]),
            ("sbatch -a 0-9:3,20 --comment={name}", 5, ["sbatch", "--parsable", "--array=0-2"]),
            ("sbatch --array=0-7%2", 8, ["sbatch", "--parsable", "--array=0-2%2"]),
            ("mpirun -np 4 --oversubscribe", 4, ["mpirun", "-n", "3", "--oversubscribe"]),
        ]
    )
    func known(line: String, count: Int, begin: [String]) throws {
        let launcher: CommandLauncher = try .commandLine(line)
        #expect(launcher.capacity == count && launcher.hostsPerOrder == count)
        #expect(Array(self.words(launcher).prefix(begin.count)) == begin)
        #expect(!line.contains("long") || self.words(launcher).contains("long"))
    }

    @Test(
        "What says it in another way is a command like any other",
        arguments: [
            "srun -N1-4", "srun -N2 -n8", "srun -N2 --ntasks-per-node=2", "srun", "nice srun -N2",
        ]
    )
    func unknown(line: String) throws {
        let launcher: CommandLauncher = try .commandLine(line, capacity: 2)
        #expect(launcher.capacity == 2 && launcher.hostsPerOrder == 1)
        #expect(self.words(launcher) == line.split(separator: " ").map { String($0) } + self.worker)
    }

    @Test(
        "What could start no host as it is says what to write",
        arguments: [
            ("mpirun", "write -n"), ("mpirun --hostfile h", "write -n"), ("mpiexec -n x", "write -n"),
            ("mpirun -n 2 {worker}", "leave {worker}"), ("sbatch --array=x", "'x'"),
            ("sbatch -a 0-", "write one such as"),
            ("sbatch -a 3-1", "write one such as"), ("sbatch -a 0-7%", "'0-7%'"), ("sbatch -a 0-7:0", "'0-7:0'"),
            ("sbatch -a 0:3", "'0:3'"), ("sbatch --wrap={worker}", "leave {worker}"),
        ]
    )
    func refused(line: String, text: String) throws {
        let error = try #require(throws: ParallelError.self) { let _: CommandLauncher = try .commandLine(line) }
        #expect(error.code == .invalidArgument && error.detail.contains(text), "\(error)")
        #expect(error.detail.contains(line.split(separator: " ")[0]), "\(error)")
    }

    @Test("A host's order and part are read from what it is called")
    func places() throws {
        let first = try #require(LaunchOrder.place(inName: "node7:4711 joblib-1-a-3 at 10.0.0.7:5", "joblib-1-a-"))
        #expect(first.number == 3 && first.part == nil)
        let second = try #require(LaunchOrder.place(inName: "node7:4711 joblib-1-a-3/12", "joblib-1-a-"))
        #expect(second.number == 3 && second.part == 12)
        for name in [
            "joblib-1-a-3", "node7:4711", "node7:4711 joblib-1-b-3", "node7:4711 joblib-1-a-x", "n joblib-1-a-",
        ] {
            #expect(LaunchOrder.place(inName: name, "joblib-1-a-") == nil, "\(name)")
        }
    }

    @Test("An empty command is refused")
    func empty() throws {
        #expect(throws: ParallelError.self) { let _: CommandLauncher = try .commandLine("  ") }
    }

    @Test("The number of a job is read strictly")
    func jobs() throws {
        let plain = try #require(JobNumber("17\n"))
        #expect(plain.number == "17" && plain.cluster.isEmpty)
        let other = try #require(JobNumber("17;cluster\n"))
        #expect(other.number == "17" && other.cluster == "cluster")
        for text in [
            "", "x", "Submitted batch job 17\n", "17\n18\n", "-1", "17 ", "1;2;3", "17;", "17;a b",
            String(repeating: "1", count: 40),
        ] {
            #expect(JobNumber(text) == nil, "\(text)")
        }
    }
}

#endif
