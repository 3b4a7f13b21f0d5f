// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import JoblibJSON
import JoblibPOSIX
import JoblibWire
import Testing

@testable import JoblibSharedMemory

@Suite("Handles of shared arrays", .timeLimit(.minutes(1)))
struct HandlesTests {
    private static let trusting = BinaryCoder(trust: .sameBuild)

    private static func bytesOnWire(_ array: SharedArray<Double>, _ coder: any TaskCoder) throws -> [UInt8] {
        try coder.encode(array)
    }

    @Test("A handle is small, whatever the size of the array, and leads to the same memory")
    func size() throws {
        let array = try SharedArray((0..<100_000).map { Double($0) })
        let encoded = try Self.trusting.encode(array[10...])
        #expect(encoded.count < 400)
        let decoded = try Self.trusting.decode(SharedArray<Double>.self, from: encoded)
        #expect(address(of: decoded) == address(of: array[10...]))
    }

    @Test("Coders without trust carry the elements", arguments: [BinaryCoder(), JSONCoder()] as [any TaskCoder])
    func content(_ coder: any TaskCoder) throws {
        let array = try SharedArray([1.5, -2, .infinity, 4], shape: [2, 2])
        for view in [array, array.column(1).readOnly] {
            let decoded = try coder.decode(SharedArray<Double>.self, from: coder.encode(view)[...])
            #expect([Double](decoded) == [Double](view))
            #expect(decoded.shape == view.shape && decoded.mode == view.mode)
            #expect(address(of: decoded) != address(of: view.isContiguous ? view : array))
        }
        let flags = try SharedArray([true, false])
        #expect([Bool](try coder.decode(SharedArray<Bool>.self, from: coder.encode(flags)[...])) == [true, false])
    }

    private struct Point: BitwiseCopyable, Codable, Equatable, Sendable {
        var x: Int8
        var y: Int
    }

    private struct Secret: BitwiseCopyable, Sendable {
        var value: Int
    }

    @Test("Elements that are no numbers go to others by their own coding, if they have one")
    func ownCoding() throws {
        let points = [Point(x: 1, y: 2), Point(x: 3, y: 4)]
        for coder in [BinaryCoder(), JSONCoder()] as [any TaskCoder] {
            let encoded = try coder.encode(SharedArray(points))
            #expect([Point](try coder.decode(SharedArray<Point>.self, from: encoded[...])) == points)
            #expect(throws: EncodingError.self) { try coder.encode(SharedArray([Secret(value: 1)])) }
        }
        let array = try SharedArray(points)
        let encoded = try Self.trusting.encode(array)
        #expect([Point](try Self.trusting.decode(SharedArray<Point>.self, from: encoded)) == [Point](array))
    }

    @Test("A decoder without trust follows no handle")
    func untrusted() throws {
        let encoded = try Self.trusting.encode(SharedArray([1.0]))
        let error = #expect(throws: DecodingError.self) {
            try BinaryCoder().decode(SharedArray<Double>.self, from: encoded)
        }
        #expect("\(error!)".contains("does not trust it"))
    }

    @Test("An array of another type is refused")
    func otherType() throws {
        let encoded = try Self.trusting.encode(SharedArray([1.0]))
        #expect(throws: DecodingError.self) { try Self.trusting.decode(SharedArray<Int>.self, from: encoded) }
        #expect(throws: DecodingError.self) { try Self.trusting.decode(SharedArray<Float>.self, from: encoded) }
        let content = try BinaryCoder().encode(SharedArray([1.0]))
        #expect(throws: DecodingError.self) { try BinaryCoder().decode(SharedArray<Int>.self, from: content) }
    }

    /// What an array encodes, to be changed.
    struct Handle: Codable {
        struct Identity: Codable {
            var device: UInt64
            var inode: UInt64
            var byteCount: Int
            var sharingNumber: UInt8
        }

        struct Owner: Codable {
            var pid: Int
            var startTime: UInt64
            var descriptor: Int32
        }

        struct Memory: Codable {
            var identity: Identity
            var owner: Owner
            var path: String?
        }

        var shape: [Int]
        var mode: String
        var type: String
        var memory: Memory
        var offset: Int
        var strides: [Int]
    }

    private static func handle() throws -> (SharedArray<Double>, Handle) {
        let array = try SharedArray((0..<8).map { Double($0) }, shape: [2, 4])
        let handle = try Self.trusting.decode(Handle.self, from: Self.trusting.encode(array))
        return (array, handle)
    }

    private static func decode(_ handle: Handle) throws -> SharedArray<Double> {
        try Self.trusting.decode(SharedArray<Double>.self, from: Self.trusting.encode(handle))
    }

    static let changes: [@Sendable (inout Handle) -> Void] = [
        { $0.memory.identity.inode += 1 }, { $0.memory.identity.device += 1 }, { $0.memory.identity.byteCount += 1 },
        { $0.memory.identity.byteCount = -1 }, { $0.memory.identity.byteCount = .max },
        { $0.memory.identity.sharingNumber = 9 }, { $0.memory.identity.sharingNumber = 2 },
        { $0.shape = [2, 5] }, { $0.shape = [-2, -4] }, { $0.shape = [.max, 1] }, { $0.shape = [2] },
        { $0.shape = [.max, .max] },
        { $0.strides = [-4, 1] }, { $0.strides = [0, 1] }, { $0.strides = [.max, 1] }, { $0.strides = [.max, .max] },
        { $0.strides = [] }, { $0.strides = [5, 1] }, { $0.offset = -8 }, { $0.offset = 8 }, { $0.offset = 1 },
        { $0.offset = .max }, { $0.offset = .min }, { $0.mode = "w" }, { $0.mode = "w+" }, { $0.mode = "c" },
        { $0.mode = "disabled" }, { $0.type = "" },
        {
            $0.memory.identity.inode += 1
            $0.memory.owner.pid = 0
        },
        {
            $0.memory.identity.inode += 1
            $0.memory.owner.pid = -1
        },
        {
            $0.memory.identity.inode += 1
            $0.memory.owner.pid = .max
        },
        {
            $0.memory.identity.inode += 1
            $0.memory.owner.startTime += 1
        },
        {
            $0.memory.identity.inode += 1
            $0.memory.owner.descriptor = -1
        },
        {
            $0.memory.identity.inode += 1
            $0.memory.owner.descriptor = .max
        },
        {
            $0.memory.identity.inode += 1
            $0.memory.path = "/dev/zero"
        },
        {
            $0.memory.identity.inode += 1
            $0.memory.path = ""
        },
    ]

    @Test(
        "Numbers that are no array within the memory are refused, whatever they are",
        arguments: 0..<Self.changes.count
    )
    func hostile(_ index: Int) throws {
        let (array, original) = try Self.handle()
        #expect([Double](try Self.decode(original)) == [Double](array))
        var handle = original
        Self.changes[index](&handle)
        let changed = handle
        #expect(throws: DecodingError.self, "change \(index)") { try Self.decode(changed) }
    }

    @Test("A handle whose owner has ended says so")
    func ended() throws {
        var (_, handle) = try Self.handle()
        // Nobody has it in memory.
        handle.memory.identity.inode += 1
        handle.memory.owner.pid = 4_194_305
        let changed = handle
        let error = #expect(throws: DecodingError.self) { try Self.decode(changed) }
        #expect("\(error!)".contains("process 4194305, which had it, has ended"))
    }

    @Test("Memory that is let go of before its handle is decoded is gone")
    func gone() throws {
        var array: SharedArray<Double>? = try SharedArray([1.0, 2])
        let encoded = try Self.trusting.encode(array)
        array = nil
        #expect(throws: DecodingError.self) { try Self.trusting.decode(SharedArray<Double>.self, from: encoded) }
    }

    @Test("Threads that map one file and let go of it all the time never see another")
    func threads() throws {
        let scratch = try Scratch()
        let path = scratch.file("numbers")
        try write(bytes(of: [3.0, 4]), to: path)
        let encoded = try Self.trusting.encode(SharedArray<Double>(contentsOf: path, mode: "r+"))
        let sums = try Parallel(nJobs: 4)
            .map(0..<2000) { _ in try Self.trusting.decode(SharedArray<Double>.self, from: encoded).reduce(0, +) }
        #expect(sums.allSatisfy { $0 == 7 })
    }

    @Test("What is kept stays mapped until it is dropped")
    func kept() async {
        await #expect(processExitsWith: .success) {
            SharedMemoryMappings.startKeeping()
            var array: SharedArray<Double>? = try SharedArray([1.0, 2])
            let encoded = try Self.trusting.encode(array!)
            _ = try Self.trusting.decode(SharedArray<Double>.self, from: encoded)
            array = nil
            #expect([Double](try Self.trusting.decode(SharedArray<Double>.self, from: encoded)) == [1, 2])
            SharedMemoryMappings.dropAll()
            #expect(throws: DecodingError.self) { try Self.trusting.decode(SharedArray<Double>.self, from: encoded) }
        }
    }

    @Test(
        "Content that is cut, or of another shape, is refused",
        arguments: [[3], [2, 1], [-2], [.max, .max], [1 << 62, 4]]
    )
    func hostileContent(_ shape: [Int]) throws {
        struct Content: Codable {
            var shape: [Int]
            var mode = "r+"
            var type = "f8"
            var bytes: [UInt8]
        }
        let bytes = [UInt8](repeating: 0, count: shape == [2, 1] ? 15 : 16)
        let encoded = try BinaryCoder().encode(Content(shape: shape, bytes: bytes))
        #expect(throws: DecodingError.self) { try BinaryCoder().decode(SharedArray<Double>.self, from: encoded) }
        let bools = try BinaryCoder().encode(Content(shape: [2], type: "b1", bytes: [1, 2]))
        #expect(throws: DecodingError.self) { try BinaryCoder().decode(SharedArray<Bool>.self, from: bools) }
    }

    @Test("Bytes that are cut anywhere, or changed anywhere, make no array or one that can be read")
    func fuzzed() throws {
        let (_, handle) = try Self.handle()
        let encoded = try Self.trusting.encode(handle)
        for length in 0..<encoded.count {
            #expect(throws: DecodingError.self) {
                try Self.trusting.decode(SharedArray<Double>.self, from: encoded[..<length])
            }
        }
        for position in encoded.indices {
            for change in [1, 0x80, 0xff] as [UInt8] {
                var changed = encoded
                changed[position] ^= change
                if let array = try? Self.trusting.decode(SharedArray<Double>.self, from: changed) {
                    #expect([Double](array).count == array.count)
                }
            }
        }
    }

    @Test("A chunk travels with its place")
    func chunks() throws {
        let array = try SharedArray(Array(0..<10))
        for coder in [Self.trusting, BinaryCoder()] {
            for chunk in array.chunks(of: 3) {
                let decoded = try coder.decode(SharedArray<Int>.Chunk.self, from: coder.encode(chunk))
                #expect(decoded.range == chunk.range && [Int](decoded.elements) == Array(chunk.range))
            }
        }
    }
}
