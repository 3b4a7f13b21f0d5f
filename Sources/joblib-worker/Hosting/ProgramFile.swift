// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// The executable that is to be a host.
struct ProgramFile {
    let path: String

    /// Finds it as a shell does: at its path, or in the folders of `PATH` where its name has no slash.
    ///
    /// - Throws: `WorkerFailure`, which names what was looked for.
    init(named name: String, searching folders: String? = ProcessEnvironment.value("PATH")) throws(WorkerFailure) {
        let candidates =
            name.contains("/")
            ? [name]
            : (folders ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "./\(name)" : "\($0)/\(name)" }
        if !name.isEmpty, let found = candidates.first(where: { Self.isProgram($0) }) {
            self.path = found
            return
        }
        let existing = name.isEmpty ? nil : candidates.first { (try? OpenFile($0, .reading).status()) != nil }
        let what =
            if let existing, (try? OpenFile(existing, .reading).status().isRegular) == true {
                "'\(existing)' is not executable for this user; run: chmod u+x '\(existing)'"
            } else if let existing {
                "'\(existing)' is no file; name the executable"
            } else if name.contains("/") {
                "there is no '\(name)'; name the executable by its path"
            } else {
                "there is no '\(name)' in PATH; write ./\(name) for one in this folder"
            }
        throw WorkerFailure(status: ExitStatus.usage, detail: what)
    }

    private static func isProgram(_ path: String) -> Bool {
        guard FileStatus.isExecutable(path) else { return false }
        // One that may be run and not read is a program, too.
        return (try? OpenFile(path, .reading).status().isRegular) ?? true
    }
}
