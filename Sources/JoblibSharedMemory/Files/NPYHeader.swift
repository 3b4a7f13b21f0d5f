// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What stands in front of the elements in a `.npy` file, of the format versions 1.0 and 2.0.
///
/// ```text
/// 0  6  \x93NUMPY
/// 6  1  major version, 1 or 2
/// 7  1  minor version, 0
/// 8  2  (version 1) or 4 (version 2): the size of the rest, little-endian
///       a literal of Python, {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }, spaces, and a line feed
/// ```
struct NPYHeader: Equatable {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// What has to be there to know the size of the header.
    static let prefixByteCount = 12

    /// A header of more bytes is none: one with 64 dimensions has 1,500.
    static let maximumByteCount = 1 << 20

    /// NumPy's name of the type with its byte order, such as `<f8`.
    var descr: String
    var isFortranOrder: Bool
    var shape: [Int]

    /// Makes a header.
    init(descr: String, isFortranOrder: Bool = false, shape: [Int]) {
        self.descr = descr
        self.isFortranOrder = isFortranOrder
        self.shape = shape
    }

    // MARK: - Reading

    /// Returns how many bytes the header has in all.
    ///
    /// - Parameter prefix: The first ``prefixByteCount`` bytes of the file, or all if it has less.
    /// - Returns: The number of bytes in front of the elements.
    /// - Throws: ``NPYFault``.
    static func byteCount(prefix: [UInt8]) throws(NPYFault) -> Int {
        guard prefix.starts(with: Self.magic) else {
            throw NPYFault("it does not begin with \\x93NUMPY, as files of numpy.save do")
        }
        guard prefix.count >= 8 else { throw NPYFault("its header is cut after \(prefix.count) bytes") }
        guard prefix[6] == 1 || prefix[6] == 2, prefix[7] == 0 else {
            throw NPYFault("its format version is \(prefix[6]).\(prefix[7]), and 1.0 and 2.0 are known")
        }
        let lengthSize = prefix[6] == 1 ? 2 : 4
        guard prefix.count >= 8 + lengthSize else { throw NPYFault("its header is cut after \(prefix.count) bytes") }
        let length = prefix[8..<8 + lengthSize].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.maximumByteCount else { throw NPYFault("its header would have \(length) bytes") }
        return 8 + lengthSize + length
    }

    /// Reads a header.
    ///
    /// - Parameter bytes: All its bytes, and any that follow.
    /// - Throws: ``NPYFault``, whatever the bytes are.
    init(_ bytes: [UInt8]) throws(NPYFault) {
        let byteCount = try Self.byteCount(prefix: Array(bytes.prefix(Self.prefixByteCount)))
        guard bytes.count >= byteCount else {
            throw NPYFault("its header of \(byteCount) bytes is cut after \(bytes.count)")
        }
        let text = bytes[(bytes[6] == 1 ? 10 : 12)..<byteCount]
        guard case .dictionary(let entries)? = PythonLiteral(text) else {
            throw NPYFault("its header is no dictionary of Python: \(Self.excerpt(text))")
        }
        guard let descr = entries["descr"], let order = entries["fortran_order"], let shape = entries["shape"],
            entries.count == 3
        else {
            throw NPYFault("its header has not exactly 'descr', 'fortran_order' and 'shape': \(Self.excerpt(text))")
        }
        guard case .text(let name) = descr else {
            throw NPYFault("its elements are of a structured type, and only numbers and Bool can be read")
        }
        guard case .truth(let isFortranOrder) = order else {
            throw NPYFault("its fortran_order is neither True nor False")
        }
        guard case .sequence(let lengths) = shape else {
            throw NPYFault("its shape is no tuple: \(Self.excerpt(text))")
        }
        self.descr = name
        self.isFortranOrder = isFortranOrder
        self.shape = []
        for length in lengths {
            guard case .integer(let length) = length, length >= 0 else {
                throw NPYFault("its shape has something in it that is no number from 0 up: \(Self.excerpt(text))")
            }
            self.shape.append(length)
        }
    }

    private static func excerpt(_ text: ArraySlice<UInt8>) -> String {
        let characters = text.prefix(80).map { (0x20..<0x7f).contains($0) ? Character(Unicode.Scalar($0)) : "." }
        return String(characters) + (text.count > 80 ? "…" : "")
    }

    // MARK: - Meaning

    /// Whether the bytes of each element come in the other order than this machine's.
    ///
    /// - Parameter type: NumPy's name of what is wanted, without the byte order.
    /// - Returns: Whether to turn the bytes round.
    /// - Throws: ``NPYFault`` when the elements are something else.
    func isSwapped(reading type: String) throws(NPYFault) -> Bool {
        guard let order = self.descr.unicodeScalars.first,
            self.descr.unicodeScalars.dropFirst().elementsEqual(type.unicodeScalars)
        else {
            if self.descr.hasSuffix("O") || self.descr.contains("|O") {
                throw NPYFault("its elements are Python objects ('\(self.descr)'), which numpy.save pickles")
            }
            throw NPYFault("its elements are '\(self.descr)', and '\(type)' was asked for")
        }
        switch order {
        case "=": return false
        case "|" where type.hasSuffix("1"): return false
        case "<": return !Self.isLittleEndian && !type.hasSuffix("1")
        case ">": return Self.isLittleEndian && !type.hasSuffix("1")
        default: throw NPYFault("its elements have no byte order: '\(self.descr)'")
        }
    }

    /// Whether the elements come in row-major order, be it that both orders are the same.
    var isRowMajor: Bool { !self.isFortranOrder || self.shape.contains(0) || self.shape.count { $0 > 1 } <= 1 }

    static var isLittleEndian: Bool { 1.littleEndian == 1 }

    // MARK: - Writing

    /// The bytes of the header: of version 1.0 if they fit, and filled up so that the elements begin at a multiple of 64.
    var bytes: [UInt8] {
        let lengths = self.shape.map { "\($0)," }.joined(separator: " ")
        // As NumPy writes it: a comma behind the only one, and none behind the last of several.
        let shape = self.shape.count > 1 ? String(lengths.dropLast()) : lengths
        let order = self.isFortranOrder ? "True" : "False"
        let text = Array("{'descr': '\(self.descr)', 'fortran_order': \(order), 'shape': (\(shape)), }".utf8)
        func header(_ version: UInt8, _ lengthSize: Int) -> [UInt8] {
            let unpadded = 8 + lengthSize + text.count + 1
            let padding = (64 - unpadded % 64) % 64
            let length = text.count + padding + 1
            return Self.magic + [version, 0] + (0..<lengthSize).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
                + text
                + [UInt8](repeating: 0x20, count: padding) + [0x0a]
        }
        return text.count + 64 <= 0xffff ? header(1, 2) : header(2, 4)
    }
}

/// What is wrong with a `.npy` file.
struct NPYFault: Error, Hashable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
