// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore
internal import JoblibPOSIX
internal import JoblibWire

extension SharedArray: Codable {
    private enum CodingKeys: CodingKey {
        case memory, offset, strides
        case bytes, elements
        case array
        case shape, mode, type
    }

    /// Encodes a handle where the encoder's `userInfo` has `sharesMemory`, and the elements elsewhere; of many elements where they are,
    /// if it has an `arrayExchange` that takes them.
    ///
    /// The elements are encoded as well where a worker has made the array, which may end before anybody could open it.
    ///
    /// - Throws: `EncodingError` where other sides would have to take any bytes for elements that are neither numbers nor `Codable`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.shape, forKey: .shape)
        let mode = self.mode(for: encoder)
        try container.encode(mode.description, forKey: .mode)
        let isTrusted = encoder.userInfo[.sharesMemory] as? Bool == true
        if isTrusted, !self.segment.isPassing {
            try container.encode(Self.memoryType, forKey: .type)
            try container.encode(SegmentHandle(self.segment, privately: mode == .copyOnWrite), forKey: .memory)
            try container.encode(self.layout.offset, forKey: .offset)
            try container.encode(self.strides, forKey: .strides)
        } else if !isTrusted, let type = Self.numberType, let reference = self.reference(for: encoder) {
            try container.encode(type, forKey: .type)
            try container.encode(reference, forKey: .array)
            try container.encode(self.strides, forKey: .strides)
        } else if let type = isTrusted ? Self.memoryType : Self.numberType {
            try container.encode(type, forKey: .type)
            try container.encode(self.bytes, forKey: .bytes)
        } else if let elements = [Element](self) as? any Encodable {
            try container.encode(elements, forKey: .elements)
        } else {
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: encoder.codingPath,
                    debugDescription:
                        "\(Element.self) is neither a number nor Codable, and may only go to trusted processes"
                )
            )
        }
    }

    /// Decodes an array: a view of the same memory, if a handle was encoded, or new memory.
    ///
    /// - Throws: `DecodingError` when the memory is gone, when the bytes make no array of this type, and for a handle from a decoder
    ///   without `sharesMemory`; `ParallelError` when there is no memory for the elements.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func refusal(_ reason: String) -> DecodingError {
            DecodingError.dataCorrupted(DecodingError.Context(codingPath: decoder.codingPath, debugDescription: reason))
        }
        let isTrusted = decoder.userInfo[.sharesMemory] as? Bool == true
        let shape = try container.decode([Int].self, forKey: .shape)
        let mode = MmapMode(try container.decode(String.self, forKey: .mode))
        guard [.readOnly, .readWrite, .copyOnWrite].contains(mode) else { throw refusal("'\(mode)' is no mode") }
        // Memory of its own is nobody's copy.
        let modeOfCopy: MmapMode = mode == .readOnly ? .readOnly : .readWrite
        do throws(LayoutFault) {
            try Self.requireCountable(shape)
        } catch {
            throw refusal(error.reason)
        }

        if container.contains(.memory) {
            guard isTrusted else { throw refusal("a handle of shared memory, from a coder that does not trust it") }
            try Self.requireType(Self.memoryType, container, refusal)
            let handle = try container.decode(SegmentHandle.self, forKey: .memory)
            let offset = try container.decode(Int.self, forKey: .offset)
            let strides = try container.decode([Int].self, forKey: .strides)
            do throws(LayoutFault) {
                self = try Self(handle, shape, strides, offset, mode)
            } catch {
                throw refusal(error.reason)
            }
        } else if container.contains(.array) {
            guard !isTrusted, let type = Self.numberType,
                let arrays = decoder.userInfo[.arrayExchange] as? any ArrayExchange
            else { throw refusal("an array is elsewhere, where nothing may be") }
            try Self.requireType(type, container, refusal)
            let reference = try container.decode(ArrayReference.self, forKey: .array)
            let strides = try container.decode([Int].self, forKey: .strides)
            do {
                self = try Self(reference, arrays, shape, strides, modeOfCopy)
            } catch {
                throw refusal((error as? LayoutFault)?.reason ?? "\(error)")
            }
        } else if container.contains(.bytes) {
            guard let type = isTrusted ? Self.memoryType : Self.numberType else {
                throw refusal("bytes are taken for \(Element.self) only from a coder that trusts them")
            }
            try Self.requireType(type, container, refusal)
            let bytes = try container.decode([UInt8].self, forKey: .bytes)
            let (count, overflows) = shape.reduce((1, false)) { sum, length in
                let product = sum.0.multipliedReportingOverflow(by: length)
                return (product.partialValue, sum.1 || product.overflow)
            }
            guard !overflows, bytes.count.isMultiple(of: MemoryLayout<Element>.stride),
                bytes.count / MemoryLayout<Element>.stride == count
            else { throw refusal("\(bytes.count) bytes are no \(type) of shape \(shape)") }
            if Element.self is Bool.Type, !isTrusted, let byte = bytes.first(where: { $0 > 1 }) {
                throw refusal("the byte \(byte) is no Bool")
            }
            let made = try Self(uninitialized: shape, nil)
            unsafe UnsafeMutableRawBufferPointer(start: made.segment.start, count: bytes.count).copyBytes(from: bytes)
            self.init(made.segment, made.layout, modeOfCopy)
        } else {
            guard let type = [Element].self as? any Decodable.Type,
                let elements = try container.decode(type, forKey: .elements) as? [Element]
            else { throw refusal("\(Element.self) is not Codable") }
            guard elements.count == shape.reduce(1, &*) else {
                throw refusal("\(elements.count) elements have no shape \(shape)")
            }
            let made = try Self(elements, shape: shape)
            self.init(made.segment, made.layout, modeOfCopy)
        }
    }

    /// How the other side is to have it: as the call says, but for writing only what may be written here.
    private func mode(for encoder: any Encoder) -> MmapMode {
        guard let asked = encoder.userInfo[.mmapMode] as? MmapMode, asked != .disabled, self.mode == .readWrite else {
            return self.mode
        }
        return asked.ofExisting
    }

    private init(
        _ handle: SegmentHandle,
        _ shape: [Int],
        _ strides: [Int],
        _ offset: Int,
        _ mode: MmapMode
    ) throws(LayoutFault) {
        let segment = try handle.segment()
        let isWritable = mode != .readOnly
        guard !isWritable || segment.identity.sharing == (mode == .copyOnWrite ? .privately : .shared) else {
            throw LayoutFault("the memory is not mapped as the mode '\(mode)' says")
        }
        let layout = try ArrayLayout(
            shape: shape,
            strides: strides,
            offset: offset,
            byteCount: segment.byteCount,
            of: Element.self
        )
        self.init(segment, layout, mode)
    }

    private static func requireCountable(_ shape: [Int]) throws(LayoutFault) {
        _ = try ArrayLayout(shape: shape, byteCount: .max, of: Element.self)
    }

    private static func requireType(
        _ type: String,
        _ container: KeyedDecodingContainer<CodingKeys>,
        _ refusal: (String) -> DecodingError
    ) throws {
        let found = try container.decode(String.self, forKey: .type)
        guard found == type else { throw refusal("an array of \(found) is none of \(type)") }
    }

    /// What the elements are in the memory of a process of this build.
    private static var memoryType: String {
        "\(_typeName(Element.self)) \(MemoryLayout<Element>.size) \(MemoryLayout<Element>.stride)"
    }

    /// What the elements are for everybody; `nil` if they are no numbers.
    private static var numberType: String? { (Element.self as? any NPYElement.Type)?.npyType }

    private var bytes: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: self.count * MemoryLayout<Element>.stride) { buffer, count in
            count = self.count * MemoryLayout<Element>.stride
            if count == 0 { return }
            // SAFETY: elements are written to memory of bytes, which is read as bytes afterwards.
            unsafe buffer.withMemoryRebound(to: Element.self) { unsafe self.copyElements(to: $0) }
        }
    }
}
