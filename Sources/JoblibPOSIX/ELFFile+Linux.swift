// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// An ELF file of 64 bits and our byte order, by its sections.
///
/// See elf(5). The file is data from outside: every offset in it is checked, and whatever is odd counts as absent. It is read, not
/// mapped, since a mapping of a file that shrinks meanwhile kills its reader.
struct ELFFile: ~Copyable {
    private let file: ReadOnlyFile
    private let headers: [UInt8]
    private let names: [UInt8]

    /// How many sections there are.
    let count: Int

    /// Reads the table of sections; `nil` if there is none, or this is another kind of file.
    init?(path: String) {
        guard let file = ReadOnlyFile(path: path),
            let header = file.bytes(at: 0, count: UInt64(Layout.headerSize)),
            header.prefix(Layout.identification.count).elementsEqual(Layout.identification),
            let sectionsOffset: UInt64 = header.integer(at: 0x28),
            let sectionSize: UInt16 = header.integer(at: 0x3A),
            let sectionCount: UInt16 = header.integer(at: 0x3C),
            let namesIndex: UInt16 = header.integer(at: 0x3E),
            Int(sectionSize) == Layout.sectionSize,
            namesIndex < sectionCount,
            let headers = file.bytes(at: sectionsOffset, count: UInt64(sectionSize) * UInt64(sectionCount)),
            let names = Self.section(Int(namesIndex), in: headers, of: file)
        else { return nil }
        self.file = file
        self.headers = headers
        self.names = names
        self.count = Int(sectionCount)
    }

    /// What tells the file from others; `nil` if the kernel does not say.
    var status: FileStatus? { try? FileStatus(descriptor: self.file.descriptor) }

    /// Reads a section; `nil` if it is not all in the file.
    func section(_ index: Int) -> [UInt8]? { Self.section(index, in: self.headers, of: self.file) }

    /// Reads the section of a name; `nil` if there is none, or it is compressed.
    func section(named name: String) -> [UInt8]? {
        let wanted = Array(name.utf8) + [0]
        let index = (0..<self.count)
            .first { index in
                guard let offset: UInt32 = self.headers.integer(at: index * Layout.sectionSize),
                    let flags: UInt64 = self.headers.integer(at: index * Layout.sectionSize + 0x08),
                    flags & Layout.compressed == 0, Int(offset) < self.names.count
                else { return false }
                return self.names[Int(offset)...].starts(with: wanted)
            }
        return index.flatMap { self.section($0) }
    }

    /// The first section of a kind; `nil` if there is none.
    func firstSection(ofKind kind: UInt32) -> Int? {
        (0..<self.count).first { self.headers.integer(at: $0 * Layout.sectionSize + 0x04) == kind }
    }

    /// The section that a section refers to.
    func link(of index: Int) -> Int? {
        guard let link: UInt32 = self.headers.integer(at: index * Layout.sectionSize + 0x28), link < self.count else {
            return nil
        }
        return Int(link)
    }

    private static func section(_ index: Int, in headers: [UInt8], of file: borrowing ReadOnlyFile) -> [UInt8]? {
        guard let offset: UInt64 = headers.integer(at: index * Layout.sectionSize + 0x18),
            let size: UInt64 = headers.integer(at: index * Layout.sectionSize + 0x20)
        else { return nil }
        return file.bytes(at: offset, count: size)
    }
}

/// Numbers from elf(5) for files of 64 bits.
private enum Layout {
    /// The magic number, ELFCLASS64, ELFDATA2LSB.
    static let identification: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1]
    static let headerSize = 64
    static let sectionSize = 64
    /// SHF_COMPRESSED.
    static let compressed: UInt64 = 0x800
}

extension [UInt8] {
    /// Returns the little-endian integer at an offset; `nil` if it is not all inside.
    func integer<I: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> I? {
        guard offset >= 0, self.count - offset >= MemoryLayout<I>.size else { return nil }
        // Soundness: the bounds were just checked, and `loadUnaligned` asks for nothing else.
        return unsafe self.withUnsafeBytes { bytes in
            unsafe I(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: I.self))
        }
    }
}

/// A file that is open for reading.
private struct ReadOnlyFile: ~Copyable {
    let descriptor: Int32
    private let size: UInt64

    init?(path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        // Not seekable counts as empty.
        self.size = UInt64(max(lseek(descriptor, 0, SEEK_END), 0))
    }

    deinit {
        close(self.descriptor)
    }

    func bytes(at offset: UInt64, count: UInt64) -> [UInt8]? {
        // Also what keeps a made-up size from becoming an allocation.
        guard offset <= self.size, count <= self.size - offset else { return nil }
        // Soundness: `filled` counts what pread(2) wrote, and never exceeds the capacity that it is given the rest of.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
            while filled < Int(count) {
                let read = unsafe pread(
                    self.descriptor,
                    buffer.baseAddress! + filled,
                    Int(count) - filled,
                    off_t(offset) + off_t(filled)
                )
                guard read > 0 || (read < 0 && errno == EINTR) else { return }
                filled += max(read, 0)
            }
        }
        return bytes.count == Int(count) ? bytes : nil
    }
}
