// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import TestProcesses
import Testing

@Suite("NumPy itself", .timeLimit(.minutes(2)))
struct NumPyTests {
    private static let requirement = Requirement("numpy", enforcedBy: "REQUIRE_NUMPY")

    /// Runs a script; `nil` where there is no NumPy.
    private static func run(_ script: String, _ arguments: [String]) async throws -> String? {
        let python = URL(fileURLWithPath: "/usr/bin/env")
        let check = try await ProgramRun.run(python, ["python3", "-c", "import numpy"])
        guard check.status == 0 else {
            self.requirement.reportMissing()
            return nil
        }
        let run = try await ProgramRun.run(python, ["python3", "-c", "import sys, numpy\n" + script] + arguments)
        #expect(run.status == 0, "\(run.output)")
        return run.output
    }

    @Test("NumPy loads and maps what we write")
    func writing() async throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try dump(SharedArray((0..<24).map { Double($0) / 4 }, shape: [2, 3, 4]), to: path)
        let script = """
            for mode in [None, "r", "c"]:
                a = numpy.load(sys.argv[1], mmap_mode=mode)
                print(a.dtype.str, a.shape, a.sum(), a[1, 2, 3], a.flags["C_CONTIGUOUS"])
            """
        guard let output = try await Self.run(script, [path]) else { return }
        #expect(output == String(repeating: "<f8 (2, 3, 4) 69.0 5.75 True\n", count: 3))
    }

    @Test("NumPy reads every type, and shapes of no, one and many dimensions")
    func types() async throws {
        let scratch = try Scratch()
        func put<T: NPYElement>(_ elements: [T], _ name: String) throws { try dump(elements, to: scratch.file(name)) }
        try put([1, -1] as [Int8], "i1")
        try put([1, -1] as [Int16], "i2")
        try put([1, -1] as [Int32], "i4")
        try put([1, -1] as [Int64], "i8")
        try put([1, 2] as [UInt8], "u1")
        try put([1, 2] as [UInt16], "u2")
        try put([1, 2] as [UInt32], "u4")
        try put([1, 2] as [UInt64], "u8")
        try put([1, -0.5] as [Float16], "f2")
        try put([1, -0.5] as [Float], "f4")
        try put([1, -0.5] as [Double], "f8")
        try put([true, false], "b1")
        try dump(SharedArray([5], shape: []), to: scratch.file("scalar"))
        try dump(SharedArray<Double>(zeros: Array(repeating: 1, count: 30)), to: scratch.file("deep"))
        let script = """
            for name in "i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 b1".split():
                a = numpy.load(sys.argv[1] + "/" + name)
                assert a.dtype == numpy.dtype(name) and a.shape == (2,), name
                print(a.tolist())
            print(numpy.load(sys.argv[1] + "/scalar").shape, numpy.load(sys.argv[1] + "/deep").ndim)
            """
        guard let output = try await Self.run(script, [scratch.path]) else { return }
        let lines = Array(repeating: "[1, -1]", count: 4) + Array(repeating: "[1, 2]", count: 4)
        let floats = Array(repeating: "[1.0, -0.5]", count: 3)
        #expect(output == (lines + floats + ["[True, False]", "() 30"]).joined(separator: "\n") + "\n")
    }

    @Test("We load and map what NumPy writes, and refuse what we cannot")
    func reading() async throws {
        let scratch = try Scratch()
        let script = """
            import os
            os.chdir(sys.argv[1])
            a = numpy.arange(24.0).reshape(2, 3, 4)
            numpy.save("c", a)
            numpy.save("fortran", numpy.asfortranarray(a))
            numpy.save("big", a.astype(">f4"))
            numpy.save("bool", a > 3)
            numpy.save("scalar", numpy.int32(7))
            numpy.save("object", numpy.array([None, 1], dtype=object))
            numpy.save("structured", numpy.zeros(3, dtype=[("a", "f8"), ("b", "i4")]))
            numpy.save("text", numpy.array(["a"]))
            numpy.save("empty", numpy.zeros((3, 0)))
            with open("two.npy", "wb") as f: numpy.lib.format.write_array(f, a, version=(2, 0))
            """
        guard try await Self.run(script, [scratch.path]) != nil else { return }
        let expected = (0..<24).map { Double($0) }
        for mode in [nil, "r", "r+", "c"] as [MmapMode?] {
            for name in ["c.npy", "two.npy"] {
                let array = try load(scratch.file(name), as: Double.self, mmapMode: mode)
                #expect(array.shape == [2, 3, 4] && [Double](array) == expected)
            }
            #expect(try load(scratch.file("empty.npy"), as: Double.self, mmapMode: mode).shape == [3, 0])
            #expect(try load(scratch.file("scalar.npy"), as: Int32.self, mmapMode: mode)[position: []] == 7)
        }
        #expect([Float](try load(scratch.file("big.npy"))) == expected.map { Float($0) })
        #expect([Bool](try load(scratch.file("bool.npy"))) == expected.map { $0 > 3 })
        for (name, reason) in [
            ("fortran", "Fortran order"), ("object", "Python objects"), ("structured", "structured type"),
            ("text", "its elements are '<U1'"), ("big", "'>f4', and 'f8' was asked for"),
        ] {
            let error = #expect(throws: ParallelError.self) { try load(scratch.file(name + ".npy"), as: Double.self) }
            #expect(error?.detail.contains(reason) == true, "\(error?.detail ?? "")")
        }
    }

    @Test("What a loop writes to a file, NumPy sees in it")
    func writingInPlace() async throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        guard try await Self.run("numpy.save(sys.argv[1], numpy.zeros((4, 5)))", [path]) != nil else { return }
        let output = try load(path, as: Double.self, mmapMode: "r+")
        _ = try await Parallel(nJobs: 2, backend: .loky)(
            (0..<4).map { Delayed(Fill(part: output.row($0), value: Double($0))) }
        )
        let sums = try await Self.run("print(numpy.load(sys.argv[1], mmap_mode='r').sum(axis=1).tolist())", [path])
        #expect(sums == "[0.0, 5.0, 10.0, 15.0]\n")
    }
}
