// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Joblib
import JoblibPOSIX
import JoblibTCP
import Synchronization
import Testing

/// Hosts of this program, each behind a relay that counts.
struct CountedHosts {
    let token = ClusterToken.generate()
    let hosts: [HostRun]
    let relays: [CountingRelay]

    init(_ count: Int, slots: Int = 2, _ variables: [String: String] = [:]) throws {
        registerTCPBackend()
        self.hosts = try (0..<count).map { [token] _ in try HostRun.listening(slots: slots, token, variables) }
        self.relays = try self.hosts.map { try CountingRelay(to: $0.address) }
        self.slots = count * slots
    }

    private let slots: Int

    var toHosts: Int { self.relays.reduce(0) { $0 + $1.toHost } }

    func run<Task: PortableTask>(
        _ tasks: [Task],
        maxNBytes: ByteCount? = nil,
        mmapMode: MmapMode? = nil
    ) throws -> [Task.Output] where Task.Output: Codable & Sendable {
        let parameters: [BackendParameter] = [
            .workers(self.relays.map(\.address)), .token(self.token), .waitForWorkers(atLeast: self.slots),
        ]
        return try parallelConfig(backend: "tcp", backendParams: parameters) {
            try Parallel(batchSize: 1, maxNBytes: maxNBytes, mmapMode: mmapMode)(tasks.map { Delayed($0) })
        }
    }

    /// How many arrays of tasks the hosts have in memory, once there are none, or after a while.
    func arrayCount() throws -> Int {
        for _ in 0..<100 {
            let count = try self.countArrays()
            if count == 0 { return 0 }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return try self.countArrays()
    }

    private func countArrays() throws -> Int {
        try self.hosts.reduce(0) { sum, host in
            let folder = "/proc/\(try host.pid)/fd"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return sum
                + names.count { name in
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
                    guard target?.hasPrefix("/memfd:joblib-array-") == true else { return false }
                    guard target?.hasPrefix("/memfd:joblib-array-buffer") == true else { return true }
                    // What is kept for the next one says that there is none.
                    let file = FileHandle(forReadingAtPath: "\(folder)/\(name)")
                    return (try? file?.read(upToCount: 8)) != Data(repeating: 0, count: 8)
                }
        }
    }

    /// How many bytes of memory of their own the hosts and their workers have.
    func memory() throws -> Int {
        try self.hosts.reduce(0) { sum, host in
            let pid = try host.pid
            let children = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
            let pids = ["\(pid)"] + children.split(separator: " ").map(String.init)
            return sum + pids.reduce(0) { $0 + Self.memory(of: $1) }
        }
    }

    static func memory(of pid: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
    }
}

@Suite("Large arrays of tasks on other hosts", .timeLimit(.minutes(3)), .serialized)
struct LargeArraysTests {
    private static func array(_ byteCount: Int, _ seed: Int = 0) -> [Double] {
        unsafe [Double](unsafeUninitializedCapacity: byteCount / 8) { buffer, count in
            for index in 0..<byteCount / 8 { unsafe buffer[index] = Double((index &+ seed) & 0xFFFFF) }
            count = byteCount / 8
        }
    }

    @Test("An array that eight tasks carry goes to each host once, and is gone after the call")
    func once() throws {
        let hosts = try CountedHosts(2)
        let values = Self.array(32 << 20)
        let results = try hosts.run((0..<8).map { Look(values: values, index: $0) })
        #expect(results == Array(repeating: Look(values: values).run(), count: 8))
        #expect(hosts.relays.allSatisfy { 32 << 20..<34 << 20 ~= $0.toHost })
        #expect(try hosts.arrayCount() == 0)
    }

    @Test("With and without it tasks get the same, at any depth")
    func equality() throws {
        let hosts = try CountedHosts(2)
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let deep = DeepArrays(
            inner: [
                .init(floats: Array(repeating: .nan.nextUp, count: 3), optional: nil),
                .init(floats: (0..<60_000).map { Float($0) }, optional: Array(repeating: -1, count: 70_000)),
            ],
            byName: ["": [], "bytes": bytes, "more": bytes.reversed()],
            matrix: [Self.array(1 << 20, 7), [], [.infinity]]
        )
        for maxNBytes: ByteCount in ["1K", "1M", .unlimited] {
            for result in try hosts.run(Array(repeating: deep, count: 4), maxNBytes: maxNBytes) {
                #expect(result.byName == deep.byName && result.matrix == deep.matrix)
                #expect(result.inner[1] == deep.inner[1])
                #expect(result.inner[0].floats.map(\.bitPattern) == deep.inner[0].floats.map(\.bitPattern))
            }
        }
    }

    @Test("S17: nothing is compressed, so that nothing swells when it is read: a megabyte of zeros is one on the way")
    func zeros() throws {
        let hosts = try CountedHosts(1)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        #expect(try hosts.run([Flat(bytes: zeros)]) == [zeros])
        #expect(hosts.toHosts >= 1 << 20 && hosts.relays[0].fromHost >= 1 << 20)
        #expect(try hosts.run([Flat(bytes: zeros)], mmapMode: .disabled) == [zeros])
        #expect(hosts.toHosts >= 2 << 20 && hosts.relays[0].fromHost >= 2 << 20)
    }

    @Test("Switched off, each task carries a copy", arguments: [true, false])
    func off(isUnlimited: Bool) throws {
        let hosts = try CountedHosts(1)
        let values = Self.array(4 << 20)
        let results = try hosts.run(
            (0..<4).map { Look(values: values, index: $0) },
            maxNBytes: isUnlimited ? .unlimited : nil,
            mmapMode: isUnlimited ? nil : .disabled
        )
        #expect(results == Array(repeating: Look(values: values).run(), count: 4))
        #expect(hosts.toHosts >= 16 << 20)
    }

    @Test("Arrays of equal content travel as one; of equal ends and length they need not be equal")
    func content() throws {
        let hosts = try CountedHosts(1)
        var arrays = (0..<6).map { _ in Self.array(4 << 20) }
        // Where the hash of the content does not look.
        for index in 0..<3 { arrays[index][4097] += 0.5 }
        let results = try hosts.run(arrays.map { Look(values: $0) })
        #expect(results == arrays.map { Look(values: $0).run() })
        #expect(8 << 20..<9 << 20 ~= hosts.toHosts)
    }

    @Test(
        "A shared array travels once, views as what they show, and writes stay with the task",
        arguments: [true, false]
    )
    func shared(isLarge: Bool) throws {
        let hosts = try CountedHosts(1)
        let array = try SharedArray(Self.array(isLarge ? 4 << 20 : 4 << 10, 1))
        let sum = array[0] + array[array.count - 1]
        let read = try hosts.run((0..<6).map { _ in SharedLook(array: array.readOnly) })
        #expect(read == Array(repeating: .init(sum: sum, mode: "r"), count: 6))
        let written = try hosts.run((0..<6).map { _ in SharedLook(array: array, adds: true) })
        #expect(written == Array(repeating: .init(sum: sum + 1, mode: "r+"), count: 6))
        #expect(array[0] == 1)
        let asked = try hosts.run((0..<6).map { _ in SharedLook(array: array) }, mmapMode: "r")
        #expect(asked == read)
        if isLarge { #expect(12 << 20..<14 << 20 ~= hosts.toHosts) }
        #expect(try hosts.arrayCount() == 0)
    }

    @Test("Views with gaps arrive as they are")
    func views() throws {
        let hosts = try CountedHosts(1)
        let table = try SharedArray(Self.array(1 << 20), shape: [512, 256])
        let views = [table.column(3), table.row(7), table.column(255)]
        #expect(try hosts.run(views.map { ViewLook(view: $0) }, maxNBytes: "1K") == views.map { Array($0) })
        #expect(hosts.toHosts < 3 << 20)
    }

    @Test("Fresh arrays in call after call leave memory as it was")
    func memory() throws {
        let hosts = try CountedHosts(1)
        func call(_ number: Int) throws {
            let values = Self.array(4 << 20, number)
            let results = try hosts.run((0..<4).map { Look(values: values, index: $0) })
            #expect(results == Array(repeating: Look(values: values).run(), count: 4))
        }
        for number in 0..<10 { try call(number) }
        #expect(try hosts.arrayCount() == 0)
        let (here, there) = (CountedHosts.memory(of: "self"), try hosts.memory())
        for number in 10..<110 { try call(number) }
        #expect(try hosts.arrayCount() == 0)
        #expect(CountedHosts.memory(of: "self") - here < 40 << 20)
        #expect(try hosts.memory() - there < 40 << 20)
    }

    @Test("A stream of tasks with fresh arrays has no more of them on a host than its window")
    func stream() throws {
        let hosts = try CountedHosts(1)
        let before = try hosts.memory()
        let results = try hosts.run((0..<100).map { Look(values: Self.array(2 << 20, $0)) })
        #expect(results.count == 100)
        #expect(try hosts.memory() - before < 120 << 20)
        #expect(try hosts.arrayCount() == 0)
    }

    @Test("A host that is killed while an array comes costs nothing but time")
    func loss() throws {
        let hosts = try CountedHosts(2)
        let values = Self.array(16 << 20)
        _ = try hosts.run([Look(values: [1, 2, 3])])
        let victim = hosts.hosts[0]
        hosts.relays[0].after(5 << 20) { try? victim.signal(SIGKILL) }
        let results = try hosts.run((0..<8).map { Look(values: values, index: $0) })
        #expect(results == Array(repeating: Look(values: values).run(), count: 8))
        #expect(5 << 20..<16 << 20 ~= hosts.relays[0].toHost)
        #expect(16 << 20..<18 << 20 ~= hosts.relays[1].toHost)
    }

    @Test("What a host has no room for is an error that says so, and the next call is none the worse")
    func room() throws {
        let hosts = try CountedHosts(1, ["JOBLIB_WORKER_ARRAY_BYTES": "\(1 << 20)"])
        let failure = #expect(throws: TaskFailure.self) {
            _ = try hosts.run([Look(values: Self.array(2 << 20))])
        }
        #expect(failure.map { "\($0)" }?.contains("has no room here, where 1048576 bytes") == true, "\(failure as Any)")
        let values = Self.array(1 << 20)
        #expect(try hosts.run([Look(values: values)], maxNBytes: "1K") == [Look(values: values).run()])
        #expect(try hosts.run([Look(values: Self.array(2 << 20))], maxNBytes: .unlimited).count == 1)
    }

    @Test("A host that may have 256 files has room for 64 arrays, says so of others, and is none the worse")
    func descriptors() throws {
        let hosts = try CountedHosts(1, ["JOBLIB_TEST_BEFORE": "ulimit -n 256"])
        // They come in any order, and as many as are kept have a reason in their place.
        let many = ManyArrays(arrays: (0..<100).map { Self.array(2000, $0) })
        let failure = #expect(throws: TaskFailure.self) { _ = try hosts.run([many], maxNBytes: "1K") }
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains("where 64 others are") && text.contains("ulimit -n, now 256"), "\(text)")
        let few = ManyArrays(arrays: (0..<50).map { Self.array(2000, $0) })
        #expect(try hosts.run([few, few], maxNBytes: "1K") == [few.run(), few.run()])
        #expect(hosts.hosts[0].text.ranges(of: ": works for").count == 1)
    }

    @Test("Results of megabytes come back whole")
    func results() throws {
        let hosts = try CountedHosts(2)
        let tasks = (0..<8).map { MakeArray(start: $0 << 24, count: 1 << 20) }
        #expect(try hosts.run(tasks) == tasks.map { $0.run() })
    }

    @Test("Large arrays anywhere in results come back, those of one batch together", arguments: [1, 4])
    func nestedResults(batchSize: Int) throws {
        let hosts = try TestCluster(2)
        let tasks = (1...12).map { ManyResults(seed: $0) }
        let results = try hosts.parallel(2, batchSize: BatchSize(batchSize))(tasks.map { Delayed($0) })
        #expect(results == tasks.map { $0.run() })
    }

    @Test("A result that has more bytes than there is made room for at once comes back")
    func largeResult() throws {
        let hosts = try CountedHosts(1, slots: 1)
        let results = try hosts.run([MakeArray(start: 0, count: 20 << 20)])
        #expect(results.first?.count == 20 << 20)
        #expect(results.first?.enumerated().allSatisfy { Double($0.offset) == $0.element } == true)
    }

    @Test("Results stay when their worker crashes in the next task, while they are on their way")
    func crash() throws {
        let hosts = try TestCluster(1, slots: 1)
        let tasks = [4 << 20, nil, 4 << 20, nil].map { MakeArrayOrCrash(count: $0) }
        let results = try hosts.parallel(1).results(tasks.map { Delayed($0) })
        for (task, result) in zip(tasks, results) {
            #expect((try? result.get()) == task.count.map { Array(0..<$0) })
        }
    }
}

#endif
