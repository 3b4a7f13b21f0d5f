// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How the values of a type are written.
struct TypeKind {
    enum Form {
        /// By its own `encode(to:)`.
        case codable

        /// As one of the standard library's simple types.
        case simple(SimpleType)

        /// As the bytes of its elements, which are numbers, with what they are.
        case numbers(any NumberArray.Type)

        /// As an optional of an optional.
        case nestedOptional(any NestedOptional.Type)
    }

    let form: Form

    /// Whether all that is encoded may be its bytes in memory, for those who trust them.
    ///
    /// Not what is inside of other values: that may be decoded as something else than it was encoded as, or after a look at which of
    /// several types it is.
    let isMemory: Bool

    /// The same for the elements of an array.
    let memoryArray: (any NumberArray.Type)?

    init<T>(of type: T.Type) {
        let array = type as? any NumberArray.Type
        self.form =
            if let simple = SimpleType(type) {
                .simple(simple)
            } else if let array, array.elementCode != nil {
                .numbers(array)
            } else if let optional = type as? any NestedOptional.Type {
                .nestedOptional(optional)
            } else {
                .codable
            }
        self.isMemory = _isPOD(type) && MemoryLayout<T>.size > 0 && !(type is any HasNoLayout.Type)
        self.memoryArray = array.flatMap { $0.elementsAreMemory ? $0 : nil }
    }
}

/// How the values of types are written, found out once for each type.
///
/// One thread has it at a time, which makes checks for exclusive access needless; they take longer than what they check.
final class TypeKinds {
    private static let slotCount = 64

    /// The types that were asked for last, each in the place that its address leads to: a dictionary takes longer than a small value.
    @safe @exclusivity(unchecked) private var recent = [(type: ObjectIdentifier, kind: TypeKind)?](
        repeating: nil,
        count: TypeKinds.slotCount
    )
    @safe @exclusivity(unchecked) private var known: [ObjectIdentifier: TypeKind] = [:]

    func kind<T>(of type: T.Type) -> TypeKind {
        let id = ObjectIdentifier(type)
        // Metadata is aligned to 8 or 16 bytes.
        let slot = (Int(bitPattern: id) >> 4 ^ Int(bitPattern: id) >> 10) & (Self.slotCount - 1)
        if let recent = self.recent[slot], recent.type == id { return recent.kind }
        let kind = self.known[id] ?? TypeKind(of: type)
        self.known[id] = kind
        self.recent[slot] = (id, kind)
        return kind
    }
}

/// Types of the standard library that are written without a container.
enum SimpleType {
    case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, double, float, bool, string

    init?(_ type: Any.Type) {
        let all: [(Any.Type, SimpleType)] = [
            (Int.self, .int), (Int8.self, .int8), (Int16.self, .int16), (Int32.self, .int32), (Int64.self, .int64),
            (UInt.self, .uint), (UInt8.self, .uint8), (UInt16.self, .uint16), (UInt32.self, .uint32),
            (UInt64.self, .uint64), (Double.self, .double), (Float.self, .float), (Bool.self, .bool),
            (String.self, .string),
        ]
        guard let found = all.first(where: { $0.0 == type }) else { return nil }
        self = found.1
    }
}

/// Types every bit pattern of which is a value, with what tells them apart.
protocol AnyBytes {
    static var code: UInt8 { get }
}

// Int and UInt are what they are on every platform of 64 bits.
extension Int8: AnyBytes { static var code: UInt8 { 1 } }
extension Int16: AnyBytes { static var code: UInt8 { 2 } }
extension Int32: AnyBytes { static var code: UInt8 { 3 } }
extension Int64: AnyBytes { static var code: UInt8 { 4 } }
extension Int: AnyBytes { static var code: UInt8 { 4 } }
extension UInt8: AnyBytes { static var code: UInt8 { 5 } }
extension UInt16: AnyBytes { static var code: UInt8 { 6 } }
extension UInt32: AnyBytes { static var code: UInt8 { 7 } }
extension UInt64: AnyBytes { static var code: UInt8 { 8 } }
extension UInt: AnyBytes { static var code: UInt8 { 8 } }
extension Float: AnyBytes { static var code: UInt8 { 9 } }
extension Double: AnyBytes { static var code: UInt8 { 10 } }

/// Types whose values may be written in another way than they are in memory, or mean nothing elsewhere.
private protocol HasNoLayout {}

extension Optional: HasNoLayout {}
extension UnsafePointer: HasNoLayout {}
extension UnsafeMutablePointer: HasNoLayout {}
extension UnsafeRawPointer: HasNoLayout {}
extension UnsafeMutableRawPointer: HasNoLayout {}

/// Arrays whose elements may be copied together.
protocol NumberArray: SendableMetatype {
    /// What the elements are; `nil` when they are no numbers.
    static var elementCode: UInt8? { get }

    static var elementsAreMemory: Bool { get }

    /// The number of bytes of one element, with what is between two.
    static var stride: Int { get }

    func withElements<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R

    init(copying bytes: UnsafeRawBufferPointer)

    mutating func withMutableElements<R>(_ body: (UnsafeMutableRawBufferPointer) -> R) -> R

    /// Makes an array of so many bytes, a whole number of elements, which a closure fills.
    init(byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws

    /// Makes an array of numbers, of so many bytes, a whole number of elements, which are whatever was there before.
    init(uninitializedByteCount: Int)
}

extension Array: NumberArray {
    static var elementCode: UInt8? { (Element.self as? any AnyBytes.Type)?.code }

    static var elementsAreMemory: Bool {
        _isPOD(Element.self) && MemoryLayout<Element>.size > 0 && !(Element.self is any HasNoLayout.Type)
    }

    static var stride: Int { MemoryLayout<Element>.stride }

    func withElements<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        unsafe self.withUnsafeBytes { unsafe body($0) }
    }

    mutating func withMutableElements<R>(_ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
        unsafe self.withUnsafeMutableBytes { unsafe body($0) }
    }

    init(uninitializedByteCount byteCount: Int) {
        let count = byteCount / MemoryLayout<Element>.stride
        // SAFETY: only for numbers, of which any bytes are some; whoever has it hands it on once all were written.
        unsafe self.init(unsafeUninitializedCapacity: count) { _, initializedCount in initializedCount = count }
    }

    init(copying bytes: UnsafeRawBufferPointer) {
        let count = bytes.count / MemoryLayout<Element>.stride
        // SAFETY: only for elements that are their bytes, of which there are enough.
        unsafe self.init(unsafeUninitializedCapacity: count) { buffer, initializedCount in
            if count > 0 { unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes) }
            initializedCount = count
        }
    }

    init(byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        let count = byteCount / MemoryLayout<Element>.stride
        // SAFETY: as above; nothing is initialised where the closure throws.
        unsafe try self.init(unsafeUninitializedCapacity: count) { buffer, initializedCount in
            try unsafe fill(
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount])
            )
            initializedCount = count
        }
    }
}

/// Optionals of optionals: one that is there and holds nothing is none that is not there.
protocol NestedOptional {
    func append(to sink: ByteSink, in parent: ValueEncoder?, at key: (any CodingKey)?, depth: Int) throws

    static func decode(
        _ source: ByteSource,
        at position: inout Int,
        in parent: ValueDecoder?,
        key: (any CodingKey)?,
        depth: Int
    ) throws -> Self
}

protocol AnyOptional {}

extension Optional: AnyOptional {}

extension Optional: NestedOptional where Wrapped: AnyOptional & Codable {
    func append(to sink: ByteSink, in parent: ValueEncoder?, at key: (any CodingKey)?, depth: Int) throws {
        guard let wrapped = self else { return sink.appendNil() }
        sink.append(byte: Wire.some)
        try sink.append(wrapped, in: parent, at: key, depth: depth)
    }

    static func decode(
        _ source: ByteSource,
        at position: inout Int,
        in parent: ValueDecoder?,
        key: (any CodingKey)?,
        depth: Int
    ) throws -> Wrapped? {
        let first: UInt8
        do throws(ReadingFault) {
            first = try source.byte(at: &position)
            guard first == Wire.null || first == Wire.some else { throw .mismatch(Self.self) }
        } catch {
            throw error.error(in: parent, at: key)
        }
        if first == Wire.null { return nil }
        return .some(try source.decode(Wrapped.self, at: &position, in: parent, key: key, depth: depth))
    }
}
