// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// What the tests ask about the process and the thread they are in.
enum ThisProcess {
    /// The calling thread, as a number that can be compared.
    static var thread: UInt { UInt(pthread_self()) }

    /// The names of all threads.
    static var threadNames: [String] {
        self.entries(of: "/proc/self/task")
            .compactMap { id in
                guard let file = fopen("/proc/self/task/\(id)/comm", "r") else { return nil }
                defer { fclose(file) }
                var line = [CChar](repeating: 0, count: 64)
                guard fgets(&line, Int32(line.count), file) != nil else { return nil }
                let bytes = line.prefix { $0 != 0 && $0 != 10 }
                return String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
            }
    }

    /// How many threads the library has started that are still there.
    static var libraryThreads: Int { self.threadNames.count { $0.hasPrefix("joblib") } }

    private static func entries(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
