// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The table of source files of one unit.
struct LineFileTable {
    let strings: [UInt8]
    let lineStrings: [UInt8]
    let is64Bit: Bool

    func readOld(_ reader: inout DWARFReader) -> [String]? {
        // 0 is the directory of the compilation, which is not in the table.
        var directories = [""]
        while let directory = reader.string(), !directory.isEmpty { directories.append(directory) }
        var files: [String] = []
        while let file = reader.string(), !file.isEmpty {
            guard let directory = reader.unsigned(), reader.unsigned() != nil, reader.unsigned() != nil else {
                return nil
            }
            files.append(Self.join(directories, directory, file))
        }
        return files
    }

    func read(_ reader: inout DWARFReader) -> [String]? {
        guard let directories = self.entries(&reader)?.map(\.path), let files = self.entries(&reader) else {
            return nil
        }
        return files.map { Self.join(directories, $0.directory, $0.path) }
    }

    private static func join(_ directories: [String], _ index: UInt64, _ file: String) -> String {
        guard !file.hasPrefix("/"), index < UInt64(directories.count), !directories[Int(index)].isEmpty else {
            return file
        }
        return directories[Int(index)] + "/" + file
    }

    private func entries(_ reader: inout DWARFReader) -> [(path: String, directory: UInt64)]? {
        guard let formatCount = reader.byte() else { return nil }
        var formats: [(content: UInt64, form: UInt64)] = []
        for _ in 0..<formatCount {
            guard let content = reader.unsigned(), let form = reader.unsigned() else { return nil }
            formats.append((content, form))
        }
        guard let count = reader.unsigned(), count <= UInt64(reader.count) else { return nil }
        var entries: [(path: String, directory: UInt64)] = []
        for _ in 0..<count {
            var entry = (path: "", directory: UInt64(0))
            for (content, form) in formats {
                guard let value = self.value(form, &reader) else { return nil }
                if content == 1 { entry.path = value.text }
                if content == 2 { entry.directory = value.number }
            }
            entries.append(entry)
        }
        return entries
    }

    /// Reads a value, text or number; `nil` for a form that is not known.
    private func value(_ form: UInt64, _ reader: inout DWARFReader) -> (text: String, number: UInt64)? {
        switch form {
        case 0x08: return reader.string().map { ($0, 0) }
        case 0x0e: return self.string(in: self.strings, &reader)
        case 0x1f: return self.string(in: self.lineStrings, &reader)
        case 0x0b: return reader.word(1).map { ("", $0) }
        case 0x05: return reader.word(2).map { ("", $0) }
        case 0x06: return reader.word(4).map { ("", $0) }
        case 0x0f: return reader.unsigned().map { ("", $0) }
        case 0x07: return reader.skip(8) ? ("", 0) : nil
        case 0x1e: return reader.skip(16) ? ("", 0) : nil
        default: return nil
        }
    }

    private func string(in bytes: [UInt8], _ reader: inout DWARFReader) -> (text: String, number: UInt64)? {
        reader.offset(self.is64Bit).flatMap { DWARFReader.string(in: bytes, at: $0) }.map { ($0, 0) }
    }
}
