// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Glibc

/// A file that is there whole or not at all.
enum OutputFile {
    static func write(_ text: String, to path: String) throws {
        let temporary = "\(path).new"
        guard let file = fopen(temporary, "w") else {
            throw ValidationError("\(path): \(String(cString: strerror(errno)))")
        }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw ValidationError("\(path): \(String(cString: strerror(errno)))")
        }
        print("wrote \(path)")
    }
}
