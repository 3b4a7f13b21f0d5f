// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The functions that an ELF file names in its static symbol table.
///
/// See elf(5). The file is data from outside: every offset in it is checked, and whatever is odd counts as absent. It is read, not
/// mapped, since a mapping of a file that shrinks meanwhile kills its reader.
struct ELFSymbols {
    /// A function, and how far into it an address is.
    struct Match: Hashable {
        var name: String
        var distance: UInt
    }

    private var symbols: [UInt8]
    private var strings: [UInt8]

    /// Reads the table; `nil` if there is none, as in a stripped file, or if this is no 64-bit file of our byte order.
    init?(path: String) {
        guard let file = ReadOnlyFile(path: path) else { return nil }
        guard let header = file.bytes(at: 0, count: UInt64(Layout.headerSize)) else { return nil }

        guard
            header.prefix(Layout.identification.count).elementsEqual(Layout.identification),
            let sectionsOffset: UInt64 = header.integer(at: 0x28),
            let sectionSize: UInt16 = header.integer(at: 0x3A),
            let sectionCount: UInt16 = header.integer(at: 0x3C),
            Int(sectionSize) == Layout.sectionSize,
            let sections = file.bytes(at: sectionsOffset, count: UInt64(sectionSize) * UInt64(sectionCount))
        else { return nil }

        let kinds = (0..<Int(sectionCount))
            .map { index -> UInt32? in
                sections.integer(at: index * Layout.sectionSize + 0x04)
            }
        guard
            let table = kinds.firstIndex(of: Layout.symbolTable),
            let link: UInt32 = sections.integer(at: table * Layout.sectionSize + 0x28),
            link < sectionCount,
            let symbols = file.section(table, in: sections),
            let strings = file.section(Int(link), in: sections)
        else { return nil }
        self.symbols = symbols
        self.strings = strings
    }

    /// The path of the running program, for people to read, from proc_pid_exe(5).
    static var programPath: String? {
        let limit = 4096
        // Soundness: readlink(2) fills at most `limit` bytes of the storage that a capacity above zero guarantees.
        let path = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = unsafe max(readlink("/proc/self/exe", buffer.baseAddress!, limit), 0)
        }
        return path.isEmpty ? nil : String(decoding: path, as: UTF8.self)
    }
}

// MARK: - Looking up

extension ELFSymbols {
    /// Returns for each address of the file the function that contains it.
    func matches(for addresses: [UInt64]) -> [Match?] {
        var matches = [Match?](repeating: nil, count: addresses.count)
        for start in stride(from: 0, through: self.symbols.count - Layout.symbolSize, by: Layout.symbolSize) {
            guard
                let info: UInt8 = self.symbols.integer(at: start + 0x04),
                info & 0xF == Layout.function,
                let value: UInt64 = self.symbols.integer(at: start + 0x08),
                let size: UInt64 = self.symbols.integer(at: start + 0x10)
            else { continue }

            for (index, address) in addresses.enumerated() where address >= value && address - value < size {
                guard let name: UInt32 = self.symbols.integer(at: start) else { continue }
                matches[index] = self.string(at: Int(name)).map { Match(name: $0, distance: UInt(address - value)) }
            }
        }
        return matches
    }

    private func string(at offset: Int) -> String? {
        guard offset < self.strings.count, let end = self.strings[offset...].firstIndex(of: 0) else { return nil }
        return String(decoding: self.strings[offset..<end], as: UTF8.self)
    }
}

// MARK: - The format

/// Numbers from elf(5) for files of 64 bits.
private enum Layout {
    /// The magic number, ELFCLASS64, ELFDATA2LSB.
    static let identification: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1]
    static let headerSize = 64
    static let sectionSize = 64
    static let symbolSize = 24
    /// SHT_SYMTAB.
    static let symbolTable: UInt32 = 2
    /// STT_FUNC.
    static let function: UInt8 = 2
}

extension [UInt8] {
    /// Returns the little-endian integer at an offset; `nil` if it is not all inside.
    fileprivate func integer<I: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> I? {
        guard offset >= 0, self.count - offset >= MemoryLayout<I>.size else { return nil }
        // Soundness: the bounds were just checked, and `loadUnaligned` asks for nothing else.
        return unsafe self.withUnsafeBytes { bytes in
            unsafe I(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: I.self))
        }
    }
}

/// A file that is open for reading.
private struct ReadOnlyFile: ~Copyable {
    private let descriptor: Int32
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

    /// Reads the section with that index in the section headers; `nil` if it is not all in the file.
    func section(_ index: Int, in headers: [UInt8]) -> [UInt8]? {
        guard
            let offset: UInt64 = headers.integer(at: index * Layout.sectionSize + 0x18),
            let size: UInt64 = headers.integer(at: index * Layout.sectionSize + 0x20)
        else { return nil }
        return self.bytes(at: offset, count: size)
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
