// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The functions that an ELF file names in its static symbol table.
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
        guard let file = ELFFile(path: path),
            let table = file.firstSection(ofKind: Layout.symbolTable),
            let link = file.link(of: table),
            let symbols = file.section(table),
            let strings = file.section(link)
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
        let order = addresses.indices.sorted { addresses[$0] < addresses[$1] }
        let ascending = order.map { addresses[$0] }
        guard let last = ascending.last else { return matches }
        var start = 0
        // Not `for`: a debug build of a large program has hundreds of thousands of symbols, and takes seconds then.
        while start <= self.symbols.count - Layout.symbolSize {
            defer { start += Layout.symbolSize }
            guard let value: UInt64 = self.symbols.integer(at: start + 0x08), value <= last else { continue }
            var index = ascending.firstIndex(notBelow: value)
            guard
                let size: UInt64 = self.symbols.integer(at: start + 0x10),
                ascending[index] - value < size,
                self.symbols[start + 0x04] & 0xF == Layout.function,
                let name: UInt32 = self.symbols.integer(at: start)
            else { continue }

            while index < ascending.count, ascending[index] - value < size {
                matches[order[index]] = self.string(at: Int(name))
                    .map { Match(name: $0, distance: UInt(ascending[index] - value)) }
                index += 1
            }
        }
        return matches
    }

    private func string(at offset: Int) -> String? {
        guard offset < self.strings.count, let end = self.strings[offset...].firstIndex(of: 0) else { return nil }
        return String(decoding: self.strings[offset..<end], as: UTF8.self)
    }
}

/// Numbers from elf(5) for files of 64 bits.
private enum Layout {
    static let symbolSize = 24
    /// SHT_SYMTAB.
    static let symbolTable: UInt32 = 2
    /// STT_FUNC.
    static let function: UInt8 = 2
}
