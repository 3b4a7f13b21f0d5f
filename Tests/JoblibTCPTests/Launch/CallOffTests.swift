// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import TestProcesses
import Testing

@testable import JoblibTCP

/// What commands have started elsewhere, where ending it does not go smoothly.
@Suite("Jobs and pods that are to end", .timeLimit(.minutes(2)), .serialized)
struct CallOffTests {
    /// Of the fake ones, with something before.
    private static let scancel = FakeTools.script("scancel")

    private let near: [BackendParameter] = [.listen("127.0.0.1:0"), .heartbeatInterval(.milliseconds(500))]

    init() { registerTCPBackend() }

    private func runOne(_ launch: BackendParameter) throws {
        try parallelConfig(backend: .tcp, backendParams: self.near + [launch]) {
            _ = try Parallel()([Delayed(HostPID())])
        }
    }

    @Test("A job is called off again where Slurm did not answer")
    func unanswered() throws {
        let tools = try FakeTools([
            "scancel": """
            if [ ! -e "$FAKE/asked" ]; then touch "$FAKE/asked"; echo 'Socket timed out' >&2; exit 1; fi
            \(Self.scancel)
            touch "$FAKE/done"
            """
        ])
        try self.runOne(.launch(.slurmArray(count: 1, folder: tools.folder.path), workersPerHost: 1))
        try Rendezvous().wait("the job is called off") { FileManager.default.fileExists(atPath: tools.file("done")) }
        #expect(tools.calls.count { $0 == "scancel 1" } == 2)
    }

    @Test("What could not be called off is when its program has ended")
    func guarded() throws {
        let tools = try FakeTools([
            // Slurm does not answer the program, but its guard.
            "scancel": """
            if [ $PPID = "$(cat "$FAKE/program")" ]; then exit 1; fi
            \(Self.scancel)
            touch "$FAKE/done"
            """
        ])
        let rendezvous = Rendezvous()
        let coordinator = Process()
        coordinator.executableURL = BuildProducts.program("tcp-probe")
        coordinator.arguments = ["launch-hold", "1", rendezvous.path, "sbatch"]
        coordinator.currentDirectoryURL = tools.folder
        try coordinator.run()
        try "\(coordinator.processIdentifier)".write(toFile: tools.file("program"), atomically: true, encoding: .utf8)
        try rendezvous.waitForBegun(1)
        rendezvous.open()
        coordinator.waitUntilExit()
        try rendezvous.wait("the job is called off") { FileManager.default.fileExists(atPath: tools.file("done")) }
    }

    @Test("A job that another cluster has taken is called off there, and not the one that has its number here")
    func otherCluster() throws {
        let sbatch = FakeTools.script("sbatch").replacing("done\necho $job", with: "done\necho \"$job;other\"")
        let tools = try FakeTools(["sbatch": sbatch])
        try self.runOne(.launch(.slurmArray(count: 1, folder: tools.folder.path), workersPerHost: 1))
        try Rendezvous().wait("the job is called off") { tools.calls.contains("scancel 1 --clusters=other") }
        #expect(!tools.calls.contains("scancel 1"))
    }

    @Test("A program that is killed while it hands in a job leaves none")
    func submitting() throws {
        // Slurm has the job before sbatch knows its number.
        let sbatch = FakeTools.script("sbatch").replacing("done\necho $job", with: "done\nsleep 60\necho $job")
        let tools = try FakeTools(["sbatch": sbatch, "scancel": "\(Self.scancel)\ntouch \"$FAKE/done\""])
        let rendezvous = Rendezvous()
        let coordinator = Process()
        coordinator.executableURL = BuildProducts.program("tcp-probe")
        coordinator.arguments = ["launch-hold", "1", rendezvous.path, "sbatch"]
        coordinator.currentDirectoryURL = tools.folder
        try coordinator.run()
        // The host has come, whatever Slurm's answer is.
        try rendezvous.waitForBegun(1)
        #expect(tools.calls.allSatisfy { !$0.hasPrefix("scancel") })
        kill(coordinator.processIdentifier, SIGKILL)
        try rendezvous.wait("the job is called off") { FileManager.default.fileExists(atPath: tools.file("done")) }
        // It may have got there only after the first search.
        try rendezvous.wait("it is looked for once more") { tools.calls.count { $0.hasPrefix("scancel --name=") } == 2 }
        let job = try String(contentsOfFile: tools.file("job-1/pid-0"), encoding: .utf8)
        let pid = try #require(Int32(job.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(ProcessState.haveEnded([pid], within: 3))
    }

    @Test("The job of an array whose host is silent for too long gives its place back, and no other one does")
    func silentElement() throws {
        let tools = try FakeTools()
        let rendezvous = Rendezvous()
        let parameters = self.near + [.launch(.slurmArray(count: 2, folder: tools.folder.path), workersPerHost: 1)]
        let call = BackgroundCall {
            try Parallel(backend: .tcp, batchSize: 1, backendParams: parameters)(
                (0..<20).map { Delayed(HeldHost($0, rendezvous)) }
            )
        }
        try rendezvous.waitForBegun(2)
        let victim = rendezvous.begun[0].pid
        let others = Set(rendezvous.begun.map(\.pid)).subtracting([victim])
        // As on a machine that went down, of which Slurm does not know yet.
        kill(victim, SIGSTOP)
        defer { kill(victim, SIGKILL) }
        let part = try #require(
            (0...1)
                .first {
                    let text = try? String(contentsOfFile: tools.file("job-1/pid-\($0)"), encoding: .utf8)
                    return text == "\(victim)\n"
                }
        )
        try rendezvous.wait("another host comes", within: 60) {
            !Set(rendezvous.begun.map(\.pid)).subtracting([victim]).isSubset(of: others)
        }
        let calls = tools.calls.filter { $0.hasPrefix("sbatch") || $0.hasPrefix("scancel") }
        #expect(calls.count == 3 && calls.contains("scancel 1_\(part)"), "\(calls)")
        rendezvous.open()
        #expect(try call.value().count == 20)
    }

    @Test("Of jobs that have ended before they came others take the place", .timeLimit(.minutes(1)))
    func earlyEnd() throws {
        // The last one of the first array finds a node where nothing runs.
        let sbatch = FakeTools.script("sbatch")
            .replacing("exec sh \"$2\"", with: "case $1 in */job-1/begun-1) exit 1;; esac; exec sh \"$2\"")
        let tools = try FakeTools(["sbatch": sbatch])
        let rendezvous = Rendezvous()
        let parameters = self.near + [.launch(.slurmArray(count: 2, folder: tools.folder.path), workersPerHost: 1)]
        let call = BackgroundCall {
            try Parallel(backend: .tcp, batchSize: 1, backendParams: parameters)(
                (0..<4).map { Delayed(HeldHost($0, rendezvous)) }
            )
        }
        try rendezvous.waitForBegun(2)
        rendezvous.open()
        #expect(Set(try call.value()).count == 2)
    }

    @Test("A guard that was killed is not relied on: the next order has another one")
    func killedGuard() throws {
        let tools = try FakeTools()
        let launcher: CommandLauncher = .ssh(["hosta", "hostb"])
        let launch: BackendParameter = .launch(launcher, count: 2, workersPerHost: 1)
        try parallelConfig(backend: .tcp, backendParams: self.near + [launch]) {
            let rendezvous = Rendezvous()
            let parallel = Parallel(batchSize: 1)
            let call = BackgroundCall { try parallel((0..<20).map { Delayed(HeldHost($0, rendezvous)) }) }
            try rendezvous.waitForBegun(2)
            let first = try #require(launcher.guardPID)
            kill(first, SIGKILL)
            #expect(ProcessState.haveEnded([first], within: 15))
            let victim = rendezvous.begun[0].pid
            kill(victim, SIGKILL)
            try rendezvous.wait("another host comes", within: 60) { Set(rendezvous.begun.map(\.pid)).count == 3 }
            let second = try #require(launcher.guardPID)
            #expect(second != first && ProcessState.isAlive(second))
            rendezvous.open()
            #expect(try call.value().count == 20)
        }
        _ = tools
    }

    @Test("The token's file is removed although the program has gone elsewhere meanwhile")
    func otherFolder() throws {
        let tools = try FakeTools()
        let before = FileManager.default.currentDirectoryPath
        defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
        _ = FileManager.default.changeCurrentDirectoryPath(tools.folder.path)
        try FileManager.default.createDirectory(atPath: tools.file("tokens"), withIntermediateDirectories: true)
        func tokens() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: tools.file("tokens")) }
        // Whoever keeps the parameter keeps the hosts: nobody does but the scope.
        try parallelConfig(
            backend: .tcp,
            backendParams: self.near + [.launch(.mpi(count: 1, folder: "tokens"), workersPerHost: 1)]
        ) {
            _ = try Parallel()([Delayed(HostPID())])
            #expect(try tokens().count == 1)
            _ = FileManager.default.changeCurrentDirectoryPath(before)
        }
        try Rendezvous().wait("the token's file is removed") { try tokens().isEmpty }
    }

    @Test("Where the command has died that has made it, a pod is deleted all the same")
    func pod() throws {
        let tools = try FakeTools()
        let launch: BackendParameter = .launch(.kubernetes(image: "me/prog", count: 1), workersPerHost: 1)
        try parallelConfig(backend: .tcp, backendParams: self.near + [launch]) {
            let first = try Parallel()([Delayed(HostPID())])
            kill(first[0], SIGKILL)
            try Rendezvous()
                .wait("the pod is deleted") { tools.calls.contains { $0.hasPrefix("kubectl delete pod joblib-") } }
            #expect(try Parallel()([Delayed(HostPID())]) != first)
        }
    }
}

#endif
