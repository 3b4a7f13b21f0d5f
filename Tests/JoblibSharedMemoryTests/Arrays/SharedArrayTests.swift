// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import JoblibPOSIX
import Testing

@Suite("Shared arrays", .timeLimit(.minutes(1)))
struct SharedArrayTests {
    @Test("It is described by its shape and its first elements")
    func description() throws {
        #expect(try SharedArray([1.5, 2]).description == "SharedArray<Double> of shape [2]: 1.5, 2.0")
        #expect(
            try SharedArray(Array(0..<6), shape: [2, 3]).description == "SharedArray<Int> of shape [2, 3]: 0, 1, 2, …"
        )
        #expect(try SharedArray([Int]()).description == "SharedArray<Int> of shape [0]")
    }

    @Test("An array is what it was made from", arguments: [0, 1, 511, 512, 513, 100_000])
    func roundTrip(_ count: Int) throws {
        let elements = (0..<count).map { Double($0) }
        let array = try SharedArray(elements)
        #expect(array.count == count)
        #expect(array.isEmpty == (count == 0))
        #expect(array.shape == [count] && array.strides == [1])
        #expect(array.mode == .readWrite)
        #expect([Double](array) == elements)
        #expect(Array(array.lazy.map { $0 }) == elements)
        #expect(array.withSpan { span in span.indices.map { span[$0] } } == elements)
        #expect((0..<count).map { array[$0] } == elements)
    }

    @Test("All elements are the same where one is repeated, and 0 where none is given")
    func filled() throws {
        #expect([Int16](try SharedArray(repeating: 7, count: 3)) == [7, 7, 7])
        #expect(try SharedArray(repeating: 7, shape: [2, 3]).shape == [2, 3])
        #expect([Float](try SharedArray(zeros: 3)) == [0, 0, 0])
        let array = try SharedArray<UInt8>(zeros: [2, 0])
        #expect(array.shape == [2, 0] && array.isEmpty)
        #expect([Int](try SharedArray([5], shape: [])) == [5])
    }

    private struct Pixel: BitwiseCopyable, Sendable, Equatable {
        var red: UInt16
        var alpha: UInt8
    }

    @Test("Any plain bytes can be shared, also such as have gaps")
    func structs() throws {
        let pixels = (0..<100).map { Pixel(red: UInt16($0), alpha: UInt8($0)) }
        let array = try SharedArray(pixels, shape: [10, 10])
        #expect([Pixel](array) == pixels)
        #expect(array[3, 4] == pixels[34])
    }

    @Test("Copies of the value are the same memory")
    func copies() throws {
        let array = try SharedArray<Int>(zeros: 4)
        let copy = array
        copy.withMutableSpan { $0[2] = 5 }
        #expect([Int](array) == [0, 0, 5, 0])
    }

    @Test("Several dimensions are in row-major order")
    func dimensions() throws {
        let array = try SharedArray(Array(0..<24), shape: [2, 3, 4])
        #expect(array.strides == [12, 4, 1])
        #expect(array[1, 2, 3] == 23 && array[0, 1, 0] == 4)
        #expect(array[position: [1, 0, 2]] == 14)
        #expect([Int](array.row(1)) == Array(12..<24))
        #expect(array.row(1).row(2)[3] == 23)
    }

    @Test("A shape of another number of elements is refused, and so is one beyond all numbers")
    func wrongShapes() throws {
        let error = #expect(throws: ParallelError.self) { try SharedArray([1, 2, 3], shape: [2, 2]) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.detail.contains("3 elements have no shape [2, 2]") == true)
        for shape in [[-1], [.max, .max], [.max, 0, .max], [.max], Array(repeating: 1, count: 65)] {
            let error = #expect(throws: ParallelError.self) { try SharedArray(repeating: 1.0, shape: shape) }
            #expect(error?.code == .invalidArgument, "\(shape)")
        }
    }

    @Test("More memory than there is is an error that says how much there is, and nobody is killed")
    func tooLarge() throws {
        for count in [1 << 42, 1 << 50] {
            let error = #expect(throws: ParallelError.self) { try SharedArray<Double>(zeros: count) }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.detail.contains("needs \(count * 8) bytes of memory, and there are ") == true)
        }
    }

    @Test("A thousand arrays in a row leave no descriptor, no mapping, and no memory behind")
    func thousand() throws {
        func use() throws {
            let array = try SharedArray(repeating: 1.0, count: 100_000)
            #expect(array[99_999] == 1)
        }
        try use()
        let before = (ProcessHoldings().descriptors.count, try Self.mappings())
        let memory = ThisProcess.residentByteCount
        for _ in 0..<1000 { try use() }
        #expect(ProcessHoldings().descriptors.count <= before.0)
        #expect(try Self.mappings() <= before.1)
        // A hundredth of what they had.
        #expect(ThisProcess.residentByteCount - memory < 8 << 20)
    }

    private static func mappings() throws -> Int {
        try JoblibSharedMemoryTests.mappings().count { $0.contains("joblib-array") }
    }

    @Test("Where there is no descriptor left, the error says so")
    func descriptors() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = 8
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            var arrays: [SharedArray<Int>] = []
            let error = #expect(throws: ParallelError.self) {
                for _ in 0..<100 { arrays.append(try SharedArray(zeros: 1)) }
            }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.detail.contains("ulimit -n") == true)
        }
    }
}
