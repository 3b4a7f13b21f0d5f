// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore
internal import JoblibPOSIX

/// A file in NumPy's format.
enum NPYFile {
    // MARK: - Reading

    static func load<Element: NPYElement>(
        _ path: String,
        as type: Element.Type,
        _ mode: MmapMode
    ) throws(ParallelError) -> SharedArray<Element> {
        let isCopied = mode == .disabled
        let file = try FileMapping(path, isCopied ? .readOnly : mode)
        let (header, headerSize) = try Self.header(of: file)
        let isSwapped = try file.explaining { () throws(NPYFault) in try header.isSwapped(reading: Element.npyType) }
        guard header.isRowMajor else {
            throw file.refusal("its elements are in Fortran order; save numpy.ascontiguousarray(array) instead")
        }
        let rest = try file.byteCount() - headerSize
        do throws(LayoutFault) {
            _ = try ArrayLayout(shape: header.shape, byteCount: rest, of: type)
        } catch {
            throw file.refusal("it is cut, or its header is wrong: \(error.reason) behind the header")
        }
        if isCopied { return try Self.copy(header.shape, file, at: headerSize, isSwapped) }

        guard !isSwapped else {
            throw file.refusal("its bytes come in the other order, so it has to be copied; load it without mmapMode")
        }
        // Any number may be written to a file that is mapped, and not every one is a Bool.
        guard Element.self is any RawNumber.Type else {
            throw file.refusal("\(Element.self) has to be checked, and so copied; load it without mmapMode")
        }
        let actualMode = file.mode
        let segment = try file.segment()
        do throws(LayoutFault) {
            let layout = try ArrayLayout(
                shape: header.shape,
                offset: headerSize,
                byteCount: segment.byteCount,
                of: type
            )
            return SharedArray(segment, layout, actualMode)
        } catch {
            throw ParallelError(
                .invalidArgument,
                "the file '\(path)' cannot be mapped: \(error.reason); load it without mmapMode"
            )
        }
    }

    private static func header(of file: borrowing FileMapping) throws(ParallelError) -> (NPYHeader, byteCount: Int) {
        let prefix = try file.read(NPYHeader.prefixByteCount)
        let byteCount = try file.explaining { () throws(NPYFault) in try NPYHeader.byteCount(prefix: prefix) }
        let bytes = try file.read(byteCount)
        return (try file.explaining { () throws(NPYFault) in try NPYHeader(bytes) }, byteCount)
    }

    private static func copy<Element: NPYElement>(
        _ shape: [Int],
        _ file: borrowing FileMapping,
        at offset: Int,
        _ isSwapped: Bool
    ) throws(ParallelError) -> SharedArray<Element> {
        let array = try SharedArray<Element>(uninitialized: shape, nil)
        let byteCount = array.count * MemoryLayout<Element>.stride
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: array.segment.start, count: byteCount)
        let count = try unsafe file.read(into: bytes, at: offset)
        guard count == byteCount else { throw file.refusal("it became smaller while it was read") }
        if isSwapped {
            let size = MemoryLayout<Element>.stride
            for start in stride(from: 0, to: byteCount, by: size) { unsafe bytes[start..<start + size].reverse() }
        }
        // SAFETY: nobody takes the bytes for elements before.
        if Element.self is Bool.Type, let byte = unsafe bytes.first(where: { $0 > 1 }) {
            throw file.refusal("the byte \(byte) is no Bool")
        }
        guard Element.self is Bool.Type || Element.self is any RawNumber.Type else {
            throw file.refusal("\(Element.self) is neither Bool nor a RawNumber")
        }
        return array
    }

    // MARK: - Writing

    static func write<Element: NPYElement>(
        _ elements: [Element],
        shape: [Int],
        to path: String
    ) throws(ParallelError) {
        let result = unsafe elements.withUnsafeBytes { bytes in
            Result { () throws(ParallelError) in try unsafe Self.write(bytes, of: Element.self, shape: shape, to: path)
            }
        }
        try result.get()
    }

    static func write<Element: NPYElement>(
        _ bytes: UnsafeRawBufferPointer,
        of type: Element.Type,
        shape: [Int],
        to path: String
    ) throws(ParallelError) {
        let order = Element.npyType.hasSuffix("1") ? "|" : NPYHeader.isLittleEndian ? "<" : ">"
        let header = NPYHeader(descr: order + Element.npyType, shape: shape).bytes
        let number = UInt32.random(in: 0 ... .max)
        let temporary = "\(path).\(ProcessIdentity.pid)-\(number).part"
        var isMade = false
        do throws(SystemError) {
            let file = try OpenFile(temporary, .making)
            isMade = true
            let written = unsafe header.withUnsafeBytes { header in
                Result { () throws(SystemError) in try unsafe file.write(header, at: 0) }
            }
            try written.get()
            try unsafe file.write(bytes, at: header.count)
            try OpenFile.rename(temporary, to: path)
        } catch {
            if isMade { OpenFile.remove(temporary) }
            throw ParallelError(
                error.isFull || error.isOutOfDescriptors ? .resourceExhausted : .invalidArgument,
                "\(header.count + bytes.count) bytes cannot be written to the file '\(path)': \(error)"
            )
        }
    }
}

extension FileMapping {
    /// Reads so many bytes from the beginning, or all if there are fewer.
    fileprivate func read(_ count: Int) throws(ParallelError) -> [UInt8] {
        let count = min(count, try self.byteCount())
        var bytes = [UInt8](repeating: 0, count: count)
        let read = unsafe bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(ParallelError) in try unsafe self.read(into: buffer, at: 0) }
        }
        return Array(bytes.prefix(try read.get()))
    }

    fileprivate func explaining<T>(_ body: () throws(NPYFault) -> T) throws(ParallelError) -> T {
        do throws(NPYFault) { return try body() } catch { throw self.refusal(error.reason) }
    }

    fileprivate func refusal(_ reason: String) -> ParallelError {
        ParallelError(.invalidArgument, "the file '\(self.path)' cannot be loaded: \(reason)")
    }
}
