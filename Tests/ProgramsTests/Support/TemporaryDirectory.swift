// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A directory that lives as long as this object.
final class TemporaryDirectory {
    let url: URL

    init() throws {
        let name = "joblib-programs-\(UUID().uuidString)"
        self.url = FileManager.default.temporaryDirectory.appendingPathComponent(name).resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: self.url)
    }

    /// Returns the path of an entry.
    func path(_ name: String) -> String {
        self.url.appendingPathComponent(name).path
    }

    /// Writes a file, with the directories on the way to it.
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        let file = self.url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
    }

    /// Returns the text of a file, or nil if there is none.
    func read(_ name: String) -> String? {
        (try? Data(contentsOf: self.url.appendingPathComponent(name))).map { String(decoding: $0, as: UTF8.self) }
    }
}
