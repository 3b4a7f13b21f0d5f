// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import JoblibPOSIX
import Testing

@testable import JoblibSharedMemory

@Suite("Where shared arrays are", .timeLimit(.minutes(1)))
struct PlacesTests {
    /// Where the mapping of an array comes from.
    private static func file(of array: SharedArray<Double>) throws -> String {
        let address = String(address(of: array), radix: 16)
        return try mappings().first { $0.hasPrefix("\(address)-") }.map(String.init) ?? "not mapped"
    }

    @Test("Without a folder it is memory without a name")
    func memory() throws {
        let array = try SharedArray(repeating: 1.0, count: 10)
        #expect(try Self.file(of: array).contains("/memfd:joblib-array"))
    }

    @Test("In a folder it is a file without a name: the argument wins over the scope, and that over the variable")
    func folders() async {
        await #expect(processExitsWith: .success) {
            let (first, second, third) = try (Scratch(), Scratch(), Scratch())
            setenv("JOBLIB_TEMP_FOLDER", third.path, 1)
            func expect(_ scratch: Scratch, _ array: SharedArray<Double>) throws {
                let file = try Self.file(of: array)
                #expect(file.contains(scratch.path) && file.contains("(deleted)"), "\(file)")
                #expect(scratch.names.isEmpty)
                array.withMutableSpan { $0[1] = 5 }
                let sums = try Parallel(nJobs: 2, backend: .loky)([Delayed(Sum(array: array))])
                #expect(sums == [5])
            }
            let (path, other) = (first.path, second.path)
            try parallelConfig(tempFolder: other) {
                try expect(first, SharedArray(zeros: 10, tempFolder: path))
                try expect(second, SharedArray(zeros: 10))
            }
            try expect(third, SharedArray(zeros: 10))
            setenv("JOBLIB_TEMP_FOLDER", "", 1)
            let array = try SharedArray<Double>(zeros: 10)
            #expect(try Self.file(of: array).contains("/memfd:"))
        }
    }

    @Test("The home folder may be written as ~")
    func home() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            setenv("HOME", scratch.path, 1)
            let array = try SharedArray<Double>(zeros: 10, tempFolder: "~")
            #expect(try Self.file(of: array).contains(scratch.path))
            mkdir(scratch.file("inner"), 0o700)
            let inner = try SharedArray<Double>(zeros: 10, tempFolder: "~/inner")
            #expect(try Self.file(of: inner).contains(scratch.file("inner")))
        }
    }

    @Test("A folder that is missing, or no folder, is refused by name")
    func missing() throws {
        let scratch = try Scratch()
        try write([], to: scratch.file("file"))
        for name in ["missing", "file"] {
            let error = #expect(throws: ParallelError.self) {
                try SharedArray<Double>(zeros: 10, tempFolder: scratch.file(name))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail.contains("'\(scratch.file(name))'") == true)
        }
    }

    @Test("A folder that may not be written to is refused by name")
    func notWritable() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            chmod(scratch.path, 0o555)
            // Nothing is forbidden to root.
            if geteuid() == 0 { seteuid(65_534) }
            let path = scratch.path
            let error = #expect(throws: ParallelError.self) { try SharedArray<Double>(zeros: 10, tempFolder: path) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail.contains("no file for a shared array can be made in the folder '\(path)'") == true)
            seteuid(0)
        }
    }

    @Test("A folder without room is refused with what is needed and what there is")
    func noRoom() throws {
        let scratch = try Scratch()
        let path = scratch.path
        let error = #expect(throws: ParallelError.self) { try SharedArray<Double>(zeros: 1 << 50, tempFolder: path) }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.detail.contains("needs \(1 << 53) bytes in the folder '\(path)', and ") == true)
        #expect(scratch.names.isEmpty)
    }

    @Test("A disk that is full after all is an error before anything is written")
    func full() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let scratch = try Scratch()
            let path = scratch.path
            let error = #expect(throws: ParallelError.self) {
                try SharedArray<Double>(zeros: 1 << 20, tempFolder: path)
            }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.detail.contains("needs 8388608 bytes in the folder '\(path)'") == true)
            #expect(scratch.names.isEmpty)
            #expect(try SharedArray<Double>(zeros: 10, tempFolder: path).count == 10)
            let memory = #expect(throws: ParallelError.self) { try SharedArray<Double>(zeros: 1 << 20) }
            #expect(memory?.code == .resourceExhausted)
            #expect(memory?.detail.contains("needs 8388608 bytes of memory: memfd_create: ") == true)
        }
    }

    @Test("A system without memory that has no name has it in /dev/shm, or in its temporary folder where that is small")
    func systemFolders() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            setenv("TMPDIR", scratch.path, 1)
            func file(_ roomInMemory: Int) throws -> String {
                let segment = try Segment.makeInSystemFolder(80, roomInMemory: roomInMemory)
                let layout = try ArrayLayout(shape: [10], byteCount: 80, of: Double.self)
                let array = SharedArray<Double>(segment, layout, .readWrite)
                array.withMutableSpan { $0[9] = 1 }
                return try Self.file(of: array)
            }
            #expect(try file(2_000_000_000).contains(scratch.path))
            #expect(try file(0).contains(scratch.path))
            if try Folder.freeByteCount(at: "/dev/shm") > 1 << 20 {
                #expect(try file(2_000_000_001).contains("/dev/shm/"))
            }
            #expect(scratch.names.isEmpty)
        }
    }

    @Test("Where files need names, they lose them at once, and so does their folder")
    func named() throws {
        let scratch = try Scratch()
        let file = try TemporaryFile.makeNamed(in: scratch.path)
        #expect(scratch.names.isEmpty)
        try file.reserve(10)
        #expect(try file.status().byteCount == 10)
    }

    @Test("Folders of processes that are no more are swept, those of others are not")
    func swept() throws {
        let scratch = try Scratch()
        let own = OwnProcess.current
        let names = [
            "joblib_shared_4194305_1_0", "joblib_shared_\(own.pid)_\(own.startTime - 1)_0",
            "joblib_shared_\(own.pid)_\(own.startTime)_0", "joblib_shared_x", "other",
        ]
        for name in names { mkdir(scratch.file(name), 0o700) }
        try write([1], to: scratch.file(names[0] + "/memory"))
        try write([1], to: scratch.file(names[2] + "/memory"))
        let file = try TemporaryFile.makeNamed(in: scratch.path)
        #expect(try file.status().byteCount == 0)
        #expect(scratch.names.sorted() == names[2...].sorted())
        #expect(try contents(of: scratch.file(names[2] + "/memory")) == [1])
    }
}
