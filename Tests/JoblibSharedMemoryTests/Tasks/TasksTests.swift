// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import JoblibJSON
import JoblibPOSIX
import Testing

@Suite("Shared arrays in tasks", .timeLimit(.minutes(2)), .serialized)
struct TasksTests {
    private static let numbers = (0..<10_000).map { Double($0) }

    private static func call(_ backend: BackendSelection) -> Parallel { Parallel(nJobs: 2, backend: backend) }

    @Test("Tasks are given an array, and views of it", arguments: backends)
    func arguments(_ backend: BackendSelection) throws {
        let array = try SharedArray(Self.numbers)
        let views = [array, array[5000..<6000], array.strided(by: 7), array.strided(by: 3)[100..<200].readOnly]
        let sums = try Self.call(backend)(views.map { Delayed(Sum(array: $0)) })
        #expect(sums == views.map { [Double]($0).reduce(0, +) })
    }

    @Test("Closures capture an array", arguments: [BackendSelection.threading, .multiprocessing])
    func captured(_ backend: BackendSelection) throws {
        let array = try SharedArray(Self.numbers)
        let halves = try Self.call(backend).map(0..<100) { array[$0 * 100] / 2 }
        #expect(halves == (0..<100).map { Double($0 * 50) })
    }

    @Test("What tasks write to their parts of an array, their caller reads", arguments: backends)
    func writing(_ backend: BackendSelection) throws {
        let array = try SharedArray<Double>(zeros: [20, 1000])
        _ = try Self.call(backend)((0..<20).map { Delayed(Fill(part: array.row($0), value: Double($0))) })
        #expect((0..<20).allSatisfy { row in [Double](array.row(row)).allSatisfy { $0 == Double(row) } })
    }

    @Test("A call says whether workers write to an array, each to a copy of its own, or not at all")
    func modes() throws {
        let array = try SharedArray<Double>(zeros: 100)
        func fill(_ mode: MmapMode?) throws -> [Result<Double, TaskFailure>] {
            let call = Parallel(nJobs: 1, backend: .loky, mmapMode: mode)
            return try call.results([Delayed(FillAndSum(part: array, value: 2))])
        }
        #expect(try fill("c")[0].get() == 200)
        #expect([Double](array).allSatisfy { $0 == 0 })
        guard case .failure(let failure) = try fill("r")[0] else { return #expect(Bool(false), "\"r\" was written to") }
        #expect(failure.reason.signal != nil)
        #expect([Double](array).allSatisfy { $0 == 0 })
        for mode in ["r+", "w+", .disabled, nil] as [MmapMode?] {
            array.withMutableSpan { span in for index in span.indices { span[index] = 0 } }
            #expect(try fill(mode)[0].get() == 200)
            #expect([Double](array).allSatisfy { $0 == 2 })
        }
        // Nobody may write who was handed an array for reading.
        let readOnly = Delayed(FillAndSum(part: array.readOnly, value: 3))
        #expect(
            try Parallel(nJobs: 1, backend: .loky, mmapMode: "r+").results([readOnly])[0].failure?.reason.signal != nil
        )
    }

    @Test("A worker keeps no descriptors of arrays that it was given long ago")
    func descriptors() throws {
        let call = Parallel(nJobs: 1, backend: .loky)
        for round in 0..<100 {
            let array = try SharedArray(repeating: Double(round), count: 1000)
            #expect(try call([Delayed(Sum(array: array))]) == [Double(1000 * round)])
        }
        #expect(try call([Delayed(DescriptorCount())])[0] < 40)
    }

    @Test("Closures write to what they have captured", arguments: [BackendSelection.threading, .multiprocessing])
    func writingInClosures(_ backend: BackendSelection) throws {
        let array = try SharedArray<Int>(zeros: 10_000)
        try Self.call(backend)
            .forEach(array.chunks(of: 999)) { chunk in
                chunk.withMutableSpan { span in
                    for index in span.indices { span[index] = chunk.range.lowerBound + index }
                }
            }
        #expect([Int](array) == Array(0..<10_000))
    }

    @Test("Tasks write to chunks", arguments: backends)
    func chunks(_ backend: BackendSelection) throws {
        let array = try SharedArray<Int>(zeros: 10_000)
        _ = try Self.call(backend)(array.chunks(of: 777).map { Delayed(Number(chunk: $0)) })
        #expect([Int](array) == Array(0..<10_000))
    }

    @Test("An array that comes back is the one that was sent", arguments: backends)
    func returning(_ backend: BackendSelection) throws {
        let array = try SharedArray(Self.numbers)
        let returned = try Self.call(backend)((0..<4).map { Delayed(Return(array: array[$0..<9000])) })
        for (index, view) in returned.enumerated() {
            #expect(address(of: view) == address(of: array[index...]))
            #expect(view.shape == [9000 - index])
        }
        array.withMutableSpan { $0[5] = -1 }
        #expect(returned[3][2] == -1)
    }

    @Test("An array that a worker has made comes back as its content", arguments: backends)
    func made(_ backend: BackendSelection) throws {
        let arrays = try Self.call(backend)((0..<4).map { Delayed(Make(count: $0 * 1000)) })
        #expect(arrays.map(\.count) == [0, 1000, 2000, 3000])
        #expect(arrays.allSatisfy { [Double]($0).allSatisfy { $0 == 7 } })
        arrays[1].withMutableSpan { $0[0] = 1 }
    }

    @Test("Arrays that nobody but their tasks has live until the results are there", arguments: backends)
    func temporary(_ backend: BackendSelection) throws {
        let tasks = (0..<20).lazy
            .map { index in Delayed(Return(array: try! SharedArray(repeating: Double(index), count: 10))) }
        let arrays = try Self.call(backend)(tasks)
        #expect(arrays.map { [Double]($0) } == (0..<20).map { [Double](repeating: Double($0), count: 10) })
        let stream = try Self.call(backend)(tasks, returnAs: .generator)
        for index in 0..<20 {
            let array = try #require(try stream.next())
            #expect([Double](array) == [Double](repeating: Double(index), count: 10))
        }
    }

    @Test("Under a coder that trusts nobody workers get the elements")
    func otherCoder() throws {
        let array = try SharedArray(Self.numbers)
        let call = Parallel(nJobs: 2, backend: .loky, backendParams: [.taskCoder(JSONCoder())])
        #expect(try call([Delayed(Sum(array: array[5000...]))]) == [Self.numbers[5000...].reduce(0, +)])
        let returned = try call([Delayed(Return(array: array.readOnly))])[0]
        #expect([Double](returned) == Self.numbers && returned.mode == .readOnly)
        #expect(address(of: returned) != address(of: array))
    }

    @Test("Two views in one task are of one mapping", arguments: backends)
    func oneMapping(_ backend: BackendSelection) throws {
        let array = try SharedArray(Self.numbers)
        let places = try Self.call(backend)((0..<4).map { _ in Delayed(Where(array: array, other: array[1...])) })
        #expect(places.allSatisfy { $0.other == $0.address + 8 })
    }

    @Test("A worker that keeps what it maps maps an array once for all tasks")
    func kept() throws {
        let array = try SharedArray(Self.numbers)
        let call = Parallel(
            nJobs: 2,
            backend: .loky,
            batchSize: 1,
            backendParams: [.initializer(Delayed(Keep()))]
        )
        let places = try call((0..<40).map { _ in Delayed(Where(array: array, other: array)) })
        #expect(Set(places).count == Set(places.map(\.pid)).count)
    }

    @Test("An array outlives the call that used it, and the pool", arguments: backends)
    func outliving(_ backend: BackendSelection) throws {
        let results = try Self.call(backend)
            .withPool { pool in
                let array = try SharedArray(Self.numbers)
                return try pool([array, array[10...]].map { Delayed(Return(array: $0)) })
            }
        #expect([Double](results[0]) == Self.numbers)
        #expect([Double](results[1]) == Array(Self.numbers[10...]))
        let sums = try Self.call(backend)(results.map { Delayed(Sum(array: $0)) })
        #expect(sums == results.map { [Double]($0).reduce(0, +) })
    }

    @Test("Calls at once share one array", arguments: backends)
    func concurrentCalls(_ backend: BackendSelection) async throws {
        let array = try SharedArray(Self.numbers)
        let expected = Self.numbers.reduce(0, +)
        try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await Self.call(backend)((0..<10).map { _ in Delayed(Sum(array: array)) })
                }
            }
            for try await sums in group { #expect(sums == [Double](repeating: expected, count: 10)) }
        }
    }

    @Test("A thousand calls with fresh arrays leave no descriptor and no memory behind", arguments: backends)
    func inARow(_ backend: BackendSelection) throws {
        let before = Set(Folder.names(in: "/dev/shm"))
        func use() throws -> Set<Int32> {
            let array = try SharedArray(repeating: 1.0, count: 50_000)
            return Set(try Self.call(backend)((0..<2).map { _ in Delayed(Ends(array: array)) }).map(\.pid))
        }
        var workers: Set<Int32> = []
        for _ in 0..<50 { workers.formUnion(try use()) }
        // Forked workers are no more.
        let pids = workers.filter { kill($0, 0) == 0 }.union([getpid()])
        func resident() throws -> [Int32: Int] {
            try Dictionary(uniqueKeysWithValues: pids.map { ($0, try residentByteCount(of: $0)) })
        }
        let (descriptors, memory) = (ProcessHoldings().descriptors.count, try resident())
        for _ in 0..<950 { _ = try use() }
        #expect(ProcessHoldings().descriptors.count <= descriptors + 2)
        // A call has four hundred kilobytes.
        for (pid, byteCount) in try resident() { #expect(byteCount - memory[pid]! < 24 << 20, "process \(pid)") }
        #expect(Set(Folder.names(in: "/dev/shm")).subtracting(before).isEmpty)
    }

    @Test("A mapped file travels as one, in each mode", arguments: backends)
    func files(_ backend: BackendSelection) throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write(bytes(of: Self.numbers), to: path)
        for mode in ["r", "r+", "c"] as [MmapMode] {
            let array = try SharedArray<Double>(contentsOf: path, mode: mode)
            let call = Self.call(backend)
            #expect(try call([Delayed(Sum(array: array[1...]))]) == [Self.numbers.reduce(0, +)])
            let returned = try call([Delayed(Return(array: array))])[0]
            #expect(returned.mode == mode && [Double](returned) == Self.numbers)
        }
    }

    @Test("What a worker writes to a file of the mode \"r+\" is in it, and of the mode \"c\" it is not")
    func writingToFiles() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write(bytes(of: [Double](repeating: 1, count: 1000)), to: path)
        for backend in [BackendSelection.multiprocessing, .loky] {
            let copy = try SharedArray<Double>(contentsOf: path, mode: "c")
            _ = try Self.call(backend)([Delayed(Fill(part: copy, value: 3))])
            #expect(copy[999] == 1)
            #expect(try contents(of: path) == bytes(of: [Double](repeating: 1, count: 1000)))
        }
        for backend in [BackendSelection.multiprocessing, .loky] {
            let array = try SharedArray<Double>(contentsOf: path, mode: "r+")
            let value = array[0] + 1
            _ = try Self.call(backend)([Delayed(Fill(part: array, value: value))])
            #expect(array[999] == value)
            #expect(try contents(of: path) == bytes(of: [Double](repeating: value, count: 1000)))
        }
    }

    @Test(
        "A write in the mode \"r\" costs the task that does it",
        arguments: [BackendSelection.multiprocessing, .loky]
    )
    func readOnly(_ backend: BackendSelection) throws {
        let array = try SharedArray(Self.numbers)
        let parts = [array[0..<10], array[10..<20].readOnly]
        let results = try Self.call(backend).results(parts.map { Delayed(Fill(part: $0, value: -1)) })
        #expect(throws: Never.self) { try results[0].get() }
        let failure = #expect(throws: TaskFailure.self) { try results[1].get() }
        #expect(failure?.reason.signal == SIGILL)
        #expect(array[9] == -1 && array[10] == 10)
    }

    @Test(
        "A file that shrinks while it is mapped costs the task that reads it, and no other",
        arguments: [BackendSelection.multiprocessing, .loky]
    )
    func shrinking(_ backend: BackendSelection) throws {
        let scratch = try Scratch()
        let tasks = try (0..<8)
            .map { index in
                let path = scratch.file("numbers\(index)")
                try write(bytes(of: Self.numbers), to: path)
                let array = try SharedArray<Double>(contentsOf: path)
                return Delayed(ReadBehindEnd(array: array, path: index % 3 == 1 ? path : nil, isSpan: index % 2 == 0))
            }
        let results = try Self.call(backend).results(tasks)
        for (index, result) in results.enumerated() {
            guard index % 3 == 1 else {
                #expect(try result.get() == 9000)
                continue
            }
            let failure = try #require(result.failure)
            #expect(failure.index == index && failure.reason == .terminated(signal: SIGBUS))
            #expect("\(failure)".contains("/numbers\(index)' has shrunk while it was mapped"), "\(failure)")
        }
    }

    @Test("A file that has shrunk before a task is given it is that task's failure, by name")
    func shrunkBefore() throws {
        let scratch = try Scratch()
        for name in ["short", "whole"] { try write(bytes(of: Self.numbers), to: scratch.file(name)) }
        let arrays = try ["short", "whole"].map { try SharedArray<Double>(contentsOf: scratch.file($0)) }
        truncate(scratch.file("short"), 100)
        let results = try Self.call(.loky).results(arrays.map { Delayed(Sum(array: $0)) })
        #expect(results[0].failure?.reason == .notDecodable)
        #expect("\(results[0])".contains("has become smaller"), "\(results[0])")
        #expect(try results[1].get() == Self.numbers.reduce(0, +))
    }

    @Test("A file that is gone by name is handed on as long as its owner has it")
    func unlinked() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write(bytes(of: Self.numbers), to: path)
        let array = try SharedArray<Double>(contentsOf: path)
        unlink(path)
        #expect(try Self.call(.loky)([Delayed(Sum(array: array))]) == [Self.numbers.reduce(0, +)])
    }
}
