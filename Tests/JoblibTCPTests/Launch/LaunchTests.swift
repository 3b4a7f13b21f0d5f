// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Synchronization
import TestProcesses
import Testing

/// Hosts that a call has started, by commands that run everything on this machine.
@Suite("Hosts that are launched", .timeLimit(.minutes(2)), .serialized)
final class LaunchTests {
    private let tools: FakeTools

    init() throws {
        registerTCPBackend()
        self.tools = try FakeTools()
    }

    /// On this machine alone, and soon.
    private let near: [BackendParameter] = [.listen("127.0.0.1:0"), .heartbeatInterval(.milliseconds(500))]

    private static let roots = (0..<200).map { Delayed(Root(of: Double($0 * $0))) }
    private static let expected = (0..<200).map { Double($0) }

    /// The processes of the hosts that a loop has.
    private func hosts(_ parallel: Parallel, _ count: Int) throws -> Set<Int32> {
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try parallel((0..<count).map { Delayed(HeldHost($0, rendezvous)) }) }
        try rendezvous.waitForBegun(count)
        rendezvous.open()
        return Set(try call.value())
    }

    @Test("Any command starts as many as are wanted, which are gone when the scope ends")
    func command() throws {
        var hosts: Set<Int32> = []
        try parallelConfig(
            backend: .tcp,
            backendParams: self.near + [.launch(.command([], capacity: 2), workersPerHost: 2)]
        ) {
            #expect(try Parallel()(Self.roots) == Self.expected)
            hosts = try self.hosts(Parallel(batchSize: 1), 4)
            // Two loops have the same ones.
            #expect(try self.hosts(Parallel(batchSize: 1), 4) == hosts && hosts.count == 2)
        }
        #expect(ProcessState.haveEnded(Array(hosts), within: 15))
    }

    @Test("A shell's command starts a host in its middle")
    func inAWord() throws {
        let launch: BackendParameter = .launch(.command(["sh", "-c", "true && exec {worker}"]), workersPerHost: 1)
        let hosts = try Parallel(backend: .tcp, backendParams: self.near + [launch])([Delayed(HostPID())])
        #expect(hosts.count == 1 && hosts[0] != getpid())
    }

    @Test("A loop without a scope has them for as long as it is there")
    func loop() throws {
        var loop: Parallel? = Parallel(
            backend: .tcp,
            batchSize: 1,
            backendParams: self.near + [.launch(.command([], capacity: 1), workersPerHost: 1)]
        )
        let first = try #require(try loop?.run([Delayed(HostPID())]))
        #expect(try #require(try loop?.run([Delayed(HostPID())])) == first)
        #expect(ProcessState.isAlive(first[0]))
        loop = nil
        #expect(ProcessState.haveEnded(first, within: 15))
    }

    private func launch(_ tool: String) -> BackendParameter {
        let folder = self.tools.folder.path
        return switch tool {
        case "srun": .launch(.slurm(nodes: 2), workersPerHost: 1)
        case "sbatch": .launch(.slurmArray(count: 2, folder: folder), workersPerHost: 1)
        case "mpirun": .launch(.mpi(count: 2, folder: folder), workersPerHost: 1)
        case "ssh": .launch(.ssh(["hosta", "me@hostb"]), workersPerHost: 1)
        default: .launch(.kubernetes(image: "me/prog", count: 2), workersPerHost: 1)
        }
    }

    @Test(
        "Slurm, MPI, ssh and Kubernetes start hosts that find the token, which no command line, variable or job has",
        arguments: ["srun", "sbatch", "mpirun", "ssh", "kubectl"]
    )
    func template(_ tool: String) throws {
        let folder = self.tools.folder.path
        var hosts: Set<Int32> = []
        // Whoever keeps the parameter keeps the hosts: nobody does but the scope.
        try parallelConfig(backend: .tcp, backendParams: self.near + [self.launch(tool)]) {
            hosts = try self.hosts(Parallel(batchSize: 1), 2)
            #expect(hosts.count == 2)
            #expect(try Parallel()(Self.roots) == Self.expected)
        }
        #expect(ProcessState.haveEnded(Array(hosts), within: 15), "\(self.tools.calls)")
        #expect(self.tools.calls.contains { $0.hasPrefix(tool) } && !self.tools.log.contains("jlt1_"))
        let rendezvous = Rendezvous()
        try rendezvous.wait("the token's file is removed") {
            try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { !$0.contains("token") }
        }
        switch tool {
        case "sbatch":
            try rendezvous.wait("the job is called off") { self.tools.calls.contains("scancel 1") }
            let script = try String(contentsOfFile: self.tools.file("job-1/script"), encoding: .utf8)
            #expect(!script.contains("jlt1_") && script.contains("JOBLIB_TOKEN_FILE="))
        case "kubectl":
            try rendezvous.wait("the pods are deleted") {
                self.tools.calls.count { $0.hasPrefix("kubectl delete pod joblib-") } == 2
            }
        default: break
        }
    }

    @Test(
        "A host that is killed in mid-run is replaced, and results are right",
        arguments: ["command", "srun", "sbatch"]
    )
    func topUp(_ tool: String) throws {
        let launch: BackendParameter =
            switch tool {
            case "srun": .launch(.slurm(nodes: 2), workersPerHost: 1)
            case "sbatch": .launch(.slurmArray(count: 2, folder: self.tools.folder.path), workersPerHost: 1)
            default: .launch(.command([], capacity: 2), workersPerHost: 1)
            }
        let rendezvous = Rendezvous()
        let parameters = self.near + [launch]
        let call = BackgroundCall {
            try Parallel(backend: .tcp, batchSize: 1, backendParams: parameters)(
                (0..<40).map { Delayed(HeldHost($0, rendezvous)) }
            )
        }
        try rendezvous.waitForBegun(2)
        let victim = rendezvous.begun[0].pid
        let others = Set(rendezvous.begun.map(\.pid)).subtracting([victim])
        kill(victim, SIGKILL)
        // Only then is anything done, so the new one has its share.
        try rendezvous.wait("another host comes", within: 60) {
            !Set(rendezvous.begun.map(\.pid)).subtracting([victim]).isSubset(of: others)
        }
        rendezvous.open()
        let pids = try call.value()
        #expect(pids.count == 40 && !pids.contains(victim) && Set(pids).count == 2)
    }

    @Test("What no call has used for as long as is said is given back, and the next call starts others")
    func idle() throws {
        let launch: BackendParameter = .launch(.command([]), workersPerHost: 1, idleTimeout: .milliseconds(200))
        try parallelConfig(backend: .tcp, backendParams: self.near + [launch]) {
            let first = try Parallel()([Delayed(HostPID())])
            #expect(ProcessState.haveEnded(first, within: 15))
            let second = try Parallel()([Delayed(HostPID())])
            #expect(first != second)
        }
    }

    @Test(
        "A call begins with the first of hosts that begin one by one, and takes in the others",
        arguments: ["sbatch", "ssh"]
    )
    func oneByOne(_ tool: String) throws {
        // The second one waits for room.
        let late = "while [ ! -e \"$FAKE/room\" ]; do sleep 0.05; done"
        let sbatch = FakeTools.script("sbatch")
            .replacing(
                "exec sh \"$2\"",
                with: "[ ${1##*-} = 0 ] || \(late.replacing("$FAKE", with: "${1%/*}/..")); exec sh \"$2\""
            )
        let tools = try FakeTools([
            "sbatch": sbatch, "ssh": "case \"$*\" in *hostb*) \(late);; esac\n\(FakeTools.script("ssh"))",
        ])
        let launch: BackendParameter =
            switch tool {
            case "ssh": .launch(.ssh(["hosta", "hostb"]), workersPerHost: 1)
            default: .launch(.slurmArray(count: 2, folder: tools.folder.path), workersPerHost: 1)
            }
        try parallelConfig(backend: .tcp, backendParams: self.near + [launch]) {
            #expect(try Parallel()([Delayed(HostPID())]).count == 1)
            let rendezvous = Rendezvous()
            let parallel = Parallel(batchSize: 1)
            let call = BackgroundCall { try parallel((0..<4).map { Delayed(HeldHost($0, rendezvous)) }) }
            try rendezvous.waitForBegun(1)
            try "".write(toFile: tools.file("room"), atomically: true, encoding: .utf8)
            try rendezvous.waitForBegun(2)
            rendezvous.open()
            #expect(Set(try call.value()).count == 2)
        }
    }

    @Test("A session for several loops keeps them, however long it takes between two of them")
    func session() throws {
        let launch: BackendParameter = .launch(.command([]), workersPerHost: 1, idleTimeout: .milliseconds(100))
        try Parallel(backend: .tcp, backendParams: self.near + [launch])
            .withPool { pool in
                let first = try pool([Delayed(HostPID())])
                usleep(700_000)
                #expect(try pool([Delayed(HostPID())]) == first)
            }
    }

    @Test("A launcher of somebody else's is thirty lines")
    func stranger() throws {
        let launcher = ThirtyLines()
        var hosts: Set<Int32> = []
        try parallelConfig(backend: .tcp, backendParams: self.near + [.launch(launcher, count: 2, workersPerHost: 1)]) {
            hosts = try self.hosts(Parallel(batchSize: 1), 2)
            #expect(hosts.count == 2)
        }
        #expect(ProcessState.haveEnded(Array(hosts), within: 15))
    }

    @Test("Two scopes with one launcher do not have two hosts on one machine")
    func shared() throws {
        let launcher: CommandLauncher = .ssh(["hosta"])
        let parameters = self.near + [.launch(launcher, workersPerHost: 1)]
        try parallelConfig(backend: .tcp, backendParams: parameters) {
            _ = try Parallel()([Delayed(HostPID())])
            let error = try #require(throws: ParallelError.self) {
                let others: [BackendParameter] = [.launch(launcher, workersPerHost: 1)]
                return try Parallel(backend: .tcp, backendParams: self.near + others)([Delayed(HostPID())])
            }
            #expect(error.detail.contains("each of hosta has a host of this launcher already"), "\(error)")
        }
        #expect(self.tools.calls.count { $0.hasPrefix("ssh") } == 1)
    }

    @Test(
        "What makes no sense is refused with what to write",
        arguments: [("count", "how many"), ("more", "3 hosts of at most 2"), ("none", "0 hosts"), ("time", "negative")]
    )
    func refusal(_ what: String, text: String) throws {
        let launch: BackendParameter =
            switch what {
            case "count": .launch(ThirtyLines())
            case "more": .launch(.command([], capacity: 2), count: 3)
            case "none": .launch(.slurm(nodes: 0))
            default: .launch(.command([]), idleTimeout: .seconds(-1))
            }
        let error = try #require(throws: ParallelError.self) {
            try Parallel(backend: .tcp, backendParams: [launch])([Delayed(HostPID())])
        }
        #expect(error.code == .invalidArgument && error.detail.contains(text), "\(error)")
    }
}

/// Starts hosts as processes of this machine.
private final class ThirtyLines: WorkerLauncher {
    private let processes = Mutex<[String: Process]>([:])

    var capacity: Int? { nil }

    func start(_ order: LaunchOrder, _ tell: @escaping @Sendable (LaunchEvent) -> Void) throws {
        let (process, input) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: order.program)
        process.environment = order.environment
        process.standardInput = input
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { [self] process in
            self.processes.withLock { $0[order.name] = nil }
            tell(.ended("it ended with status \(process.terminationStatus)"))
        }
        try process.run()
        input.fileHandleForWriting.write(Data(order.standardInput.utf8))
        self.processes.withLock { $0[order.name] = process }
        tell(.started)
    }

    func stop(_ order: LaunchOrder) { self.processes.withLock { $0[order.name] }?.terminate() }
}

#endif
