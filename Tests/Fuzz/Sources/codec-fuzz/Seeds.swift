// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// The files to begin with: one for each value of each type.
enum Seeds {
    static func write(to folder: String) {
        for (index, subject) in Subject.all.enumerated() {
            guard let seeds = try? subject.seeds() else { fatalError("a seed of type \(index) cannot be encoded") }
            for (number, seed) in seeds.enumerated() {
                self.write([UInt8(index)] + seed, to: "\(folder)/seed-\(index)-\(number)")
            }
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "w") else { fatalError("\(path) cannot be written") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
