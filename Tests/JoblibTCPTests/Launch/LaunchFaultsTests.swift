// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import TestProcesses
import Testing

/// Commands that do not do what they should, and coordinators that die.
@Suite("Launchers that fail", .timeLimit(.minutes(2)), .serialized)
struct LaunchFaultsTests {
    private let probe = BuildProducts.program("tcp-probe")

    init() { registerTCPBackend() }

    /// What a call says whose hosts do not come.
    private func failure(_ launch: BackendParameter, within limit: Duration? = nil) throws -> ParallelError {
        var parameters: [BackendParameter] = [.listen("127.0.0.1:0"), launch]
        if let limit { parameters.append(.waitForWorkers(within: limit)) }
        return try #require(throws: ParallelError.self) {
            try Parallel(backend: .tcp, backendParams: parameters)([Delayed(HostPID())])
        }
    }

    @Test("A command that does not exist ends the call at once, and is named")
    func missing() throws {
        let error = try self.failure(.launch(.command(["joblib-no-such-srun", "-N2"])))
        #expect(error.code == .noWorkers, "\(error)")
        #expect(error.detail.hasPrefix("backend 'tcp': launch: 'joblib-no-such"), "\(error)")
        #expect(
            error.detail.contains("'joblib-no-such-srun -N2' cannot be started") && error.detail.contains("install it"),
            "\(error)"
        )
    }

    @Test("A command that ends at once is tried three times, and its status and last words are told")
    func exits() throws {
        let script = "echo Invalid partition >&2; exit 3"
        let error = try self.failure(.launch(.command(["sh", "-c", script])))
        #expect(error.code == .noWorkers, "\(error)")
        #expect(
            error.detail.contains("ended with status 3, and has said: Invalid partition (tried 3 times)"),
            "\(error)"
        )
    }

    @Test("A command that prints garbage and goes on is told of when the time is over, and is gone then")
    func garbage() throws {
        let rendezvous = Rendezvous()
        let script =
            "echo $$ >\(rendezvous.path)/pid; while :; do printf '\\001\\033[2Jgarbage\\377\\n' | tee /dev/stderr; done"
        let error = try self.failure(.launch(.command(["sh", "-c", script])), within: .seconds(2))
        #expect(error.code == .noWorkers && error.detail.contains("none came"), "\(error)")
        #expect(error.detail.contains("has said") && error.detail.contains("garbage"), "\(error)")
        #expect(error.detail.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(error)")
        let text = try String(contentsOfFile: "\(rendezvous.path)/pid", encoding: .utf8)
        let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(ProcessState.haveEnded([pid], within: 15))
    }

    @Test("A submission that prints garbage in place of a job's number says what it has printed")
    func badSubmission() throws {
        let tools = try FakeTools(["sbatch": "echo Submitted batch job 7"])
        let error = try self.failure(.launch(.slurmArray(count: 1, folder: tools.folder.path)))
        #expect(
            error.detail.contains("has printed 'Submitted batch job 7' in place of the number of a job"),
            "\(error)"
        )
    }

    @Test("A job that is over before a host has come is no riddle")
    func failedJob() throws {
        let tools = try FakeTools([
            "sbatch": "cat >/dev/null; mkdir -p \"$FAKE/job-1\"; echo 999999999 >\"$FAKE/job-1/pid-0\"; echo 1"
        ])
        let error = try self.failure(.launch(.slurmArray(count: 1, folder: tools.folder.path)), within: .seconds(60))
        #expect(error.detail.contains("the job 1 of 'sbatch") && error.detail.contains("is over"), "\(error)")
    }

    @Test("A command that hangs is told of, and ended even where it ignores SIGTERM")
    func hangs() throws {
        let rendezvous = Rendezvous()
        let script = "trap '' TERM; echo $$ >\(rendezvous.path)/pid; while :; do sleep 0.1; done"
        let error = try self.failure(.launch(.command(["sh", "-c", script])), within: .seconds(1))
        #expect(error.detail.contains("is running") && error.detail.contains("which dials 127.0.0.1:"), "\(error)")
        let text = try String(contentsOfFile: "\(rendezvous.path)/pid", encoding: .utf8)
        let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(ProcessState.haveEnded([pid], within: 15))
    }

    @Test("A host that finds no token says so to whoever has launched it")
    func noToken() throws {
        let error = try self.failure(.launch(.command(["sh", "-c", "exec \"$@\" </dev/null", "sh"])))
        #expect(error.detail.contains("ended with status 78") && error.detail.contains("no token has come"), "\(error)")
    }

    @Test("A host that is started here has the token that it is given, whatever the variables of this program say")
    func inheritedVariables() throws {
        let variables = ["JOBLIB_PLAINTEXT_ON_LOOPBACK": "1", "JOBLIB_CERTIFICATE_FILE": "/none"]
        for (name, value) in variables { setenv(name, value, 1) }
        defer { for name in variables.keys { unsetenv(name) } }
        let parameters: [BackendParameter] = [
            .listen("127.0.0.1:0"), .token(.generate()), .launch(.command([]), workersPerHost: 1),
        ]
        let hosts = try Parallel(backend: .tcp, backendParams: parameters)([Delayed(HostPID())])
        #expect(hosts.count == 1 && hosts[0] != getpid())
    }

    @Test("A host that was launched ends when it has no coordinator for as long as it is told")
    func orphan() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let host = try HostRun([
            "JOBLIB_WORKER_DIAL": address, "JOBLIB_WORKER_SLOTS": "1", "JOBLIB_TOKEN": token.secretText,
            "JOBLIB_WORKER_ORPHAN_SECONDS": "1",
        ])
        #expect(try host.waitUntilEnded() == 69)
        #expect(host.text.contains("has had no coordinator for 1 s"), "\(host.text)")
        for wrong in ["0", "x", "-1"] {
            let host = try HostRun(["JOBLIB_WORKER_DIAL": address, "JOBLIB_WORKER_ORPHAN_SECONDS": wrong])
            #expect(try host.waitUntilEnded() == 78)
            #expect(host.text.contains("JOBLIB_WORKER_ORPHAN_SECONDS is '\(wrong)'"), "\(host.text)")
        }
    }

    @Test(
        "A coordinator that is killed leaves no host, command or job",
        arguments: ["command", "stubborn", "sbatch", "srun"]
    )
    func killed(_ tool: String) throws {
        let tools = try FakeTools()
        let rendezvous = Rendezvous()
        // One that outlives its host, and does not listen.
        let stubborn = "sh -c 'trap \"\" TERM; echo $$ >\(rendezvous.path)/pid; \"$@\"; while :; do sleep 0.1; done' sh"
        let command =
            switch tool {
            case "sbatch": "sbatch --array=0-1"
            case "srun": "srun -N2"
            case "stubborn": stubborn
            default: "env"
            }
        let coordinator = Process()
        coordinator.executableURL = self.probe
        coordinator.arguments = ["launch-hold", "2", rendezvous.path, command]
        coordinator.currentDirectoryURL = tools.folder
        try coordinator.run()
        try rendezvous.waitForBegun(2)
        var pids = rendezvous.begun.map(\.pid)
        if tool == "stubborn" {
            let text = try String(contentsOfFile: "\(rendezvous.path)/pid", encoding: .utf8)
            pids.append(try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))))
        }
        kill(coordinator.processIdentifier, SIGKILL)
        // Five seconds are what is promised.
        #expect(ProcessState.haveEnded(pids, within: 25))
        guard tool == "sbatch" else { return }
        try rendezvous.wait("the job is called off") { tools.calls.contains("scancel 1") }
        try rendezvous.wait("the token's file is removed") {
            try FileManager.default.contentsOfDirectory(atPath: tools.folder.path).allSatisfy { !$0.contains("token") }
        }
    }

    @Test("A coordinator that ends in the middle of a scope takes what it has launched with it")
    func ended() throws {
        let rendezvous = Rendezvous()
        let coordinator = Process()
        coordinator.executableURL = self.probe
        coordinator.arguments = ["launch-exit", "2", rendezvous.path, "env"]
        try coordinator.run()
        try rendezvous.waitForBegun(2)
        rendezvous.open()
        coordinator.waitUntilExit()
        #expect(ProcessState.haveEnded(rendezvous.begun.map(\.pid), within: 25))
    }
}

#endif
