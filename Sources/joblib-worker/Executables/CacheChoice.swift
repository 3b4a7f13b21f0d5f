// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import JoblibPOSIX
import JoblibTCP

/// Where executables that were received are kept, and how many bytes of them.
struct CacheChoice {
    let folder: String
    let byteLimit: Int

    /// Reads the command line.
    ///
    /// - Parameters:
    ///   - folder: What it names.
    ///   - limit: What it allows, as `500M`.
    ///   - variables: The environment.
    /// - Throws: `WorkerFailure` for a size that is none, and where no folder is known.
    init(
        folder: String?,
        limit: String,
        variables: [String: String] = ProcessEnvironment.all
    ) throws(WorkerFailure) {
        let size = try? Int(limit) ?? ByteCount(limit).resolve()
        guard let size, size > 0 else {
            throw WorkerFailure(
                status: ExitStatus.usage,
                detail: "--cache-limit '\(limit)' is no size; write a number of bytes, or one such as 500M or 4G"
            )
        }
        self.byteLimit = size
        let home = variables["HOME"].map { "\($0)/.cache" }
        // Empty is as if it were not set, and a relative one is to be ignored: XDG Base Directory Specification.
        let base = variables["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
        guard let path = folder ?? base.map({ "\($0)/joblib/executables" }) else {
            throw WorkerFailure(
                status: ExitStatus.usage,
                detail: "neither XDG_CACHE_HOME nor HOME is set; name a folder of yours by --cache"
            )
        }
        self.folder = path.hasPrefix("/") ? path : Folder.current + path
    }

    /// Opens it.
    ///
    /// - Throws: `ParallelError`, which says what is wrong with the folder.
    func open() throws(ParallelError) -> ExecutableCache {
        let remedies = ExecutableCache.Remedies(
            folder: "name another folder by --cache",
            byteLimit: "start joblib-worker with a larger --cache-limit"
        )
        return try ExecutableCache(folder: self.folder, byteLimit: self.byteLimit, remedies: remedies)
    }
}

#endif
