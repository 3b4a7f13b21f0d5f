// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Files of numbers", .timeLimit(.minutes(1)))
struct ModesTests {
    @Test("\"r\" reads a file, the whole of it or a part")
    func reading() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write(bytes(of: (0..<12).map { Int32($0) }), to: path)
        let array = try SharedArray<Int32>(contentsOf: path)
        #expect(array.mode == .readOnly)
        #expect([Int32](array) == Array(0..<12))
        #expect([Int32](try SharedArray(contentsOf: path, offset: 8)) == Array(2..<12))
        #expect(try SharedArray<Int32>(contentsOf: path, offset: 4, shape: [2, 5])[1, 4] == 10)
        #expect(try SharedArray<Int64>(contentsOf: path).count == 6)
    }

    @Test("\"r+\" writes to the file, and makes it larger for a larger shape")
    func updating() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write(bytes(of: [1, 2, 3] as [Int16]), to: path)
        let array = try SharedArray<Int16>(contentsOf: path, mode: "r+")
        array.withMutableSpan { $0[1] = 20 }
        #expect(try contents(of: path) == bytes(of: [1, 20, 3] as [Int16]))
        let larger = try SharedArray<Int16>(contentsOf: path, mode: "r+", shape: [5])
        #expect([Int16](larger) == [1, 20, 3, 0, 0])
        larger.withMutableSpan { $0[4] = 5 }
        #expect([Int16](try SharedArray(contentsOf: path)) == [1, 20, 3, 0, 5])
        #expect(array[1] == 20)
    }

    @Test("\"c\" keeps what is written to itself")
    func copying() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write([1, 2, 3], to: path)
        chmod(path, 0o400)
        let array = try SharedArray<UInt8>(contentsOf: path, mode: "c")
        array.withMutableSpan { $0[0] = 9 }
        #expect([UInt8](array) == [9, 2, 3])
        #expect(try contents(of: path) == [1, 2, 3])
        #expect([UInt8](try SharedArray(contentsOf: path, mode: "c")) == [1, 2, 3])
    }

    @Test("\"w+\" makes a file, or empties it, and is \"r+\" afterwards")
    func creating() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        for _ in 0..<2 {
            let array = try SharedArray<UInt8>(contentsOf: path, mode: "w+", offset: 2, shape: [2, 2])
            #expect(array.mode == .readWrite)
            #expect([UInt8](array) == [0, 0, 0, 0])
            array.withMutableSpan { $0[3] = 4 }
            #expect(try contents(of: path) == [0, 0, 0, 0, 0, 4])
        }
        #expect([UInt8](try SharedArray(contentsOf: path)) == [0, 0, 0, 0, 0, 4])
    }

    @Test("The file of an array that is mapped twice is in memory once, unless it is somebody's own")
    func twice() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write(bytes(of: [1.0, 2.0]), to: path)
        let arrays = try (0..<2).map { _ in try SharedArray<Double>(contentsOf: path, mode: "r+") }
        #expect(address(of: arrays[0]) == address(of: arrays[1]))
        let copies = try (0..<2).map { _ in try SharedArray<Double>(contentsOf: path, mode: "c") }
        #expect(address(of: copies[0]) != address(of: copies[1]))
    }

    @Test("An empty file is an array without elements")
    func empty() throws {
        let scratch = try Scratch()
        try write([], to: scratch.file("nothing"))
        #expect(try SharedArray<Double>(contentsOf: scratch.file("nothing")).isEmpty)
        #expect(try SharedArray<Double>(contentsOf: scratch.file("new"), mode: "w+", shape: [0]).isEmpty)
    }

    @Test(
        "What cannot be mapped is refused with the path and the reason",
        arguments: [
            ("missing", "r", 0, nil, "No such file"), ("three", "r", 0, nil, "no whole number of Int32"),
            ("three", "r", 0, [2], "exceeds 5 bytes"), ("three", "c", 0, [2], "exceeds 5 bytes"),
            ("three", "r", 2, [0], "no multiple of 4"), ("three", "r", -4, nil, "from 0 up"),
            ("three", "r", 8, nil, "no whole number"), ("new", "w+", 0, nil, "needs a shape"),
            ("three", "r", 0, [.max, .max], "more elements than can be counted"), (".", "r", 0, nil, "folder"),
            (".", "r+", 0, nil, "directory"), ("three", "r+", 0, [-1], "negative"),
        ] as [(String, MmapMode, Int, [Int]?, String)]
    )
    func refusals(_ name: String, _ mode: MmapMode, _ offset: Int, _ shape: [Int]?, _ reason: String) throws {
        let scratch = try Scratch()
        try write([1, 2, 3, 4, 5], to: scratch.file("three"))
        let error = #expect(throws: ParallelError.self) {
            try SharedArray<Int32>(contentsOf: scratch.file(name), mode: mode, offset: offset, shape: shape)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.detail.lowercased().contains(reason.lowercased()) == true, "\(error?.detail ?? "")")
        #expect(scratch.names == ["three"])
        #expect(try contents(of: scratch.file("three")) == [1, 2, 3, 4, 5])
    }

    @Test("A mode that is none is refused as anywhere else", arguments: ["x", .disabled] as [MmapMode])
    func modes(_ mode: MmapMode) {
        let error = #expect(throws: ParallelError.self) {
            try SharedArray<Int>(contentsOf: "/x", mode: mode, shape: [1])
        }
        #expect(error?.code == .invalidMmapMode)
    }

    @Test("A relative path is meant from where the program is, and stays so when it moves on")
    func relativePath() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            chdir(scratch.path)
            try write(bytes(of: [1.0, 2.0]), to: "numbers")
            let array = try SharedArray<Double>(contentsOf: "numbers")
            chdir("/")
            let sums = try Parallel(nJobs: 2, backend: .loky)([Delayed(Sum(array: array))])
            #expect(sums == [3])
        }
    }

    @Test("A file that a disk has no room for is refused before it is mapped")
    func full() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let scratch = try Scratch()
            let error = #expect(throws: ParallelError.self) {
                try SharedArray<Double>(contentsOf: scratch.file("large"), mode: "w+", shape: [1 << 20])
            }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.detail.contains("needs 8388608 bytes") == true)
        }
    }
}
