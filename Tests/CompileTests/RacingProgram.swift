// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A program in `Fixtures` that contains a race where `RACE` is defined, and none where it is not.
///
/// The errors that it must get are announced beside the lines that get them, in the notation of the compiler's own tests.
struct RacingProgram: CustomStringConvertible, Sendable {
    let file: URL

    /// Which form of a parallel loop it misuses; the first part of the file's name.
    var form: String { String(self.file.lastPathComponent.prefix { $0 != "." }) }

    var description: String { self.file.deletingPathExtension().lastPathComponent }

    static let all: [RacingProgram] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }.map(Self.init)
    }()
}
