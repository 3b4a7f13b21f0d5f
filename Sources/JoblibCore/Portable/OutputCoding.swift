// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How outputs of one type get back from a worker that was sent its tasks.
// SAFETY: the closures hold a coder, which is Sendable, and types; not marked so, since types of any kind cannot be.
struct OutputCoding<Output>: @unchecked Sendable {
    let encode: (Output) throws -> [UInt8]
    let decode: (ArraySlice<UInt8>) throws -> Output

    /// How many bytes a value is in memory, where these are all there is to it.
    let plainByteCount: Int?

    /// Bytes of another size than a value has.
    struct WrongSize: Error, CustomStringConvertible {
        let byteCount: Int

        var description: String { "\(self.byteCount) bytes make no \(Output.self)" }
    }

    /// Decides for a type; `nil` if its values cannot be sent.
    init?(_ coder: any TaskCoder) {
        if Output.self == Void.self, let nothing = () as? Output {
            self.init(plainByteCount: 0, encode: { _ in [] }, decode: { _ in nothing })
        } else if let codable = Output.self as? any Codable.Type {
            self = Self.coding(codable, coder)
        } else if coder.trustsMemory, _isPOD(Output.self), PlainOutput.isPlainTuple(Output.self) {
            self.init(plainByteCount: MemoryLayout<Output>.size, encode: Self.memory, decode: Self.value)
        } else {
            return nil
        }
    }

    private init(
        plainByteCount: Int?,
        encode: @escaping (Output) throws -> [UInt8],
        decode: @escaping (ArraySlice<UInt8>) throws -> Output
    ) {
        self.plainByteCount = plainByteCount
        self.encode = encode
        self.decode = decode
    }

    private static func coding<T: Codable>(_ type: T.Type, _ coder: any TaskCoder) -> OutputCoding {
        // SAFETY: `T` is `Output`, found to be Codable, so both casts change nothing.
        OutputCoding(
            plainByteCount: coder.trustsMemory(of: T.self) ? PlainOutput.byteCount(of: T.self) : nil,
            encode: { output in try coder.encode(unsafe unsafeBitCast(output, to: T.self)) },
            decode: { bytes in unsafe unsafeBitCast(try coder.decode(T.self, from: bytes), to: Output.self) }
        )
    }

    private static func memory(_ output: Output) -> [UInt8] {
        unsafe withUnsafeBytes(of: output) { unsafe Array($0) }
    }

    private static func value(_ bytes: ArraySlice<UInt8>) throws -> Output {
        guard bytes.count == MemoryLayout<Output>.size else { throw WrongSize(byteCount: bytes.count) }
        // SAFETY: plain bytes, as many as a value has, out of a process that is trusted to have written one.
        return unsafe withUnsafeTemporaryAllocation(of: Output.self, capacity: 1) { value in
            unsafe bytes.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(value).copyMemory(from: $0) }
            return unsafe value[0]
        }
    }

    /// Why outputs of the type cannot be sent.
    static func refusal(_ backend: String) -> ParallelError {
        ParallelError(
            .resultNotCodable,
            "\(backend) returns results from another process, and \(Output.self) is not Codable; make it Codable, return "
                + "something else, or choose threading"
        )
    }
}
