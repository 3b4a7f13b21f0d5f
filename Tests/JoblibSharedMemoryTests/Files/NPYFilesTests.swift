// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@testable import JoblibSharedMemory

@Suite("Files of NumPy's", .timeLimit(.minutes(1)))
struct NPYFilesTests {
    private func roundTrip<Element: NPYElement & Equatable>(_ elements: [Element]) throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try dump(elements, to: path)
        #expect([Element](try load(path)) == elements)
        if Element.self is any RawNumber.Type {
            #expect([Element](try load(path, mmapMode: "r")) == elements)
        }
        #expect(scratch.names == ["array.npy"])
        // In the other order.
        let swapped = elements.flatMap { element in bytes(of: [element]).reversed() }
        let size = MemoryLayout<Element>.size
        try write(
            NPYHeader(descr: (size == 1 ? "|" : ">") + Element.npyType, shape: [elements.count]).bytes + swapped,
            to: path
        )
        #expect([Element](try load(path)) == elements)
        guard size > 1 else { return }
        let error = #expect(throws: ParallelError.self) { try load(path, as: Element.self, mmapMode: "r") }
        #expect(error?.detail.contains("load it without mmapMode") == true)
    }

    @Test("Every type comes back, in both byte orders")
    func types() throws {
        try self.roundTrip([Int8.min, -1, 0, .max])
        try self.roundTrip([Int16.min, -1, 0, .max])
        try self.roundTrip([Int32.min, -1, 0, .max])
        try self.roundTrip([Int64.min, -1, 0, .max])
        try self.roundTrip([Int.min, -1, 0, .max])
        try self.roundTrip([UInt8.min, 1, .max])
        try self.roundTrip([UInt16.min, 1, .max])
        try self.roundTrip([UInt32.min, 1, .max])
        try self.roundTrip([UInt64.min, 1, .max])
        try self.roundTrip([UInt.min, 1, .max])
        try self.roundTrip([Float16(0.5), -.infinity, .leastNonzeroMagnitude])
        try self.roundTrip([Float(0.1), -.infinity, .leastNonzeroMagnitude])
        try self.roundTrip([0.1, -.infinity, .leastNonzeroMagnitude])
        try self.roundTrip([true, false, true])
        try self.roundTrip([] as [Double])
    }

    @Test("Shapes come back, and views are written without their gaps")
    func shapes() throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        for shape in [[24], [2, 12], [2, 3, 4], [24, 1, 1]] {
            let array = try SharedArray((0..<24).map { Float($0) }, shape: shape)
            try dump(array, to: path)
            let loaded = try load(path, as: Float.self)
            #expect(loaded.shape == shape && [Float](loaded) == [Float](array))
        }
        let array = try SharedArray(Array(0..<24), shape: [4, 6])
        for view in [array[1..<3], array.column(2), array.strided(by: 3).slice(1, 1..<6, by: 2), array.row(0)[0..<0]] {
            try dump(view, to: path)
            let loaded = try load(path, as: Int.self, mmapMode: "r")
            #expect(loaded.shape == view.shape && [Int](loaded) == [Int](view))
        }
        try dump(SharedArray([5], shape: []), to: path)
        #expect(try load(path, as: Int.self).shape == [])
    }

    @Test("A mapped file is written to in the mode \"r+\" and not in the mode \"c\"")
    func modes() throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try dump([1, 2, 3], to: path)
        let array: SharedArray<Int> = try load(path, mmapMode: "r+")
        array.withMutableSpan { $0[1] = 20 }
        #expect([Int](try load(path)) == [1, 20, 3])
        let copy: SharedArray<Int> = try load(path, mmapMode: "c")
        copy.withMutableSpan { $0[1] = 200 }
        #expect([Int](try load(path)) == [1, 20, 3])
        let same: SharedArray<Int> = try load(path, mmapMode: "w+")
        #expect([Int](same) == [1, 20, 3] && same.mode == .readWrite)
        let loaded: SharedArray<Int> = try load(path, mmapMode: .disabled)
        loaded.withMutableSpan { $0[0] = 10 }
        #expect([Int](try load(path, mmapMode: "r")) == [1, 20, 3])
    }

    @Test("A file that is written anew leaves what was mapped of the old one")
    func replaced() throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try dump([1, 2, 3], to: path)
        let array: SharedArray<Int> = try load(path, mmapMode: "r")
        try dump([4], to: path)
        #expect([Int](array) == [1, 2, 3])
        #expect([Int](try load(path)) == [4])
    }

    @Test("A file that is cut anywhere is refused by name")
    func cut() throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try dump([1, 2, 3], to: path)
        let whole = try contents(of: path)
        for length in 0..<whole.count {
            try write(Array(whole[..<length]), to: path)
            for mode in [nil, "r"] as [MmapMode?] {
                let error = #expect(throws: ParallelError.self) { try load(path, as: Int.self, mmapMode: mode) }
                #expect(error?.code == .invalidArgument)
                #expect(error?.detail.contains("'\(path)' cannot be loaded") == true)
            }
        }
        try write(whole + [1, 2, 3], to: path)
        #expect([Int](try load(path)) == [1, 2, 3])
    }

    @Test(
        "What cannot be loaded is refused with the reason",
        arguments: [
            (NPYHeader(descr: "<f8", shape: [2]), "its elements are '<f8', and 'i8' was asked for"),
            (NPYHeader(descr: "|O", shape: [2]), "Python objects"),
            (NPYHeader(descr: "<i8", isFortranOrder: true, shape: [2, 1, 2]), "Fortran order"),
            (NPYHeader(descr: "<i8", shape: [1 << 40]), "exceeds"),
            (NPYHeader(descr: "<i8", shape: [1 << 61]), "exceeds"),
            (NPYHeader(descr: "<i8", shape: [.max, .max]), "more elements than can be counted"),
            (NPYHeader(descr: "<i8", shape: Array(repeating: 1, count: 65)), "65 dimensions"),
        ]
    )
    func refusals(_ header: NPYHeader, _ reason: String) throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try write(header.bytes + [UInt8](repeating: 0, count: 64), to: path)
        for mode in [nil, "r", "c"] as [MmapMode?] {
            let error = #expect(throws: ParallelError.self) { try load(path, as: Int.self, mmapMode: mode) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail.contains(reason) == true, "\(error?.detail ?? "")")
        }
    }

    @Test("A Bool is one of two bytes, and never mapped")
    func bools() throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try write(NPYHeader(descr: "|b1", shape: [3]).bytes + [0, 1, 2], to: path)
        let error = #expect(throws: ParallelError.self) { try load(path, as: Bool.self) }
        #expect(error?.detail.contains("the byte 2 is no Bool") == true)
        try dump([true], to: path)
        let mapped = #expect(throws: ParallelError.self) { try load(path, as: Bool.self, mmapMode: "r") }
        #expect(mapped?.detail.contains("load it without mmapMode") == true)
    }

    @Test("Fortran order along one dimension is row-major order")
    func fortranOrder() throws {
        let scratch = try Scratch()
        let path = scratch.file("array.npy")
        try write(NPYHeader(descr: "<i8", isFortranOrder: true, shape: [1, 3]).bytes + bytes(of: [1, 2, 3]), to: path)
        #expect([Int](try load(path)) == [1, 2, 3])
    }

    @Test("Files that cannot be opened are named")
    func missing() throws {
        let scratch = try Scratch()
        for name in ["missing", "missing/array.npy", "."] {
            let path = scratch.file(name)
            let error = #expect(throws: ParallelError.self) { try load(path, as: Int.self) }
            #expect(error?.code == .invalidArgument && error?.detail.contains(path) == true)
        }
        for name in ["missing/array.npy", "."] {
            let path = scratch.file(name)
            let error = #expect(throws: ParallelError.self) { try dump([1], to: path) }
            #expect(error?.code == .invalidArgument && error?.detail.contains(path) == true)
        }
        #expect(scratch.names.isEmpty)
    }

    @Test("A full disk leaves the old file and no other")
    func full() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let path = scratch.file("array.npy")
            try dump([1], to: path)
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 16)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let error = #expect(throws: ParallelError.self) { try dump([Int](repeating: 1, count: 100_000), to: path) }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.detail.contains("800128 bytes cannot be written") == true)
            #expect(scratch.names == ["array.npy"])
            #expect([Int](try load(path)) == [1])
        }
    }
}
