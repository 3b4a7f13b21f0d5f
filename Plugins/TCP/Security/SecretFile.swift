// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import JoblibPOSIX

/// A file with a secret in it.
struct SecretFile {
    private let path: String
    private let name: String
    private let contentsName: String
    private let maximumSize: Int

    /// Names a file.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - name: What it is, for people.
    ///   - contentsName: What is in it.
    ///   - maximumSize: More than it has, so that a wrong path does not read a disk.
    init(_ path: String, _ name: String, _ contentsName: String, maximumSize: Int) {
        self.path = path
        self.name = name
        self.contentsName = contentsName
        self.maximumSize = maximumSize
    }

    /// What is in it, without line breaks at its end.
    ///
    /// - Throws: `ParallelError` `.invalidToken`, which says what to do about it.
    func contents() throws(ParallelError) -> String {
        let contents: Swift.Result<String, Fault>
        do throws(SystemError) {
            contents = try self.read()
        } catch {
            if error.isLink { throw self.error("is a link; name the file itself") }
            if error.isAbsence { throw self.error("is not there; correct its name\(self.creation(", or"))") }
            throw self.error(
                "cannot be read: \(error); it has to belong to the user of this process, and be of mode 600"
            )
        }
        switch contents {
        case .success(let text):
            guard let last = text.lastIndex(where: { !$0.isNewline }) else {
                throw self.error("is empty\(self.creation(";"))")
            }
            return String(text[...last])
        case .failure(.noRegularFile): throw self.error("is no regular file; name one that holds \(self.contentsName)")
        case .failure(.foreign): throw self.error("belongs to another user; run: chown \"$(id -u)\" '\(self.path)'")
        case .failure(.open): throw self.error("can be used by other users; run: chmod 600 '\(self.path)'")
        case .failure(.tooLarge):
            throw self.error("has more in it than \(self.contentsName); name one that holds \(self.contentsName) alone")

        }
    }

    private enum Fault: Error {
        case noRegularFile, foreign, open, tooLarge
    }

    private func read() throws(SystemError) -> Swift.Result<String, Fault> {
        let file = try OpenFile(self.path, .readingNoLink)
        // The file that is open is asked, and not the path, which may be another one's by now.
        let status = try file.status()
        if !status.isRegular { return .failure(.noRegularFile) }
        if !status.isOwn { return .failure(.foreign) }
        if status.isOpenToOthers { return .failure(.open) }
        if status.byteCount > self.maximumSize { return .failure(.tooLarge) }

        return .success(String(decoding: try file.bytes(at: 0, count: self.maximumSize), as: UTF8.self))
    }

    /// How such a file is made, where it is one with a token.
    private func creation(_ link: String) -> String {
        self.contentsName == "a token" ? "\(link) make one: umask 077; joblib-worker token new >'\(self.path)'" : ""
    }

    private func error(_ what: String) -> ParallelError { .invalidToken("the \(self.name) '\(self.path)' \(what)") }
}

#endif
