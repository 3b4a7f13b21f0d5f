// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore
internal import JoblibPOSIX

extension Segment {
    /// The folder of shared memory, and how much room joblib wants to find in it.
    static let memoryFolder = (path: "/dev/shm", byteCount: 2_000_000_000)

    /// Below it nobody asks how much memory there is.
    private static let largeByteCount = 64 << 20

    /// Makes memory, every byte of which is 0.
    ///
    /// - Parameters:
    ///   - byteCount: From 0.
    ///   - tempFolder: Where to make a file; `nil` for what the scope and the environment say, which may be no folder.
    /// - Returns: The memory.
    /// - Throws: `ParallelError` with the code `resourceExhausted` or `invalidArgument`.
    static func make(byteCount: Int, tempFolder: String?) throws(ParallelError) -> Segment {
        if let folder = tempFolder ?? ScopeSettings.tempFolder ?? Self.folderOfEnvironment {
            return try Self.make(byteCount, in: Self.expanded(folder))
        }
        try Self.requireMemory(byteCount)
        do throws(SystemError) {
            let file = try OpenFile(memoryNamed: "joblib-array", byteCount: max(1, byteCount))
            return try Self.map(file, byteCount: byteCount)
        } catch {
            guard error.isMissingCall else { throw Self.exhausted(error, byteCount) }
        }
        return try Self.makeInSystemFolder(byteCount)
    }

    /// Makes memory where the system has none without a name: in the folder of shared memory if it has room, as in joblib.
    static func makeInSystemFolder(
        _ byteCount: Int,
        roomInMemory: Int = (try? Folder.freeByteCount(at: Segment.memoryFolder.path)) ?? 0
    ) throws(ParallelError) -> Segment {
        if roomInMemory > max(byteCount, Self.memoryFolder.byteCount),
            let segment = try? Self.make(byteCount, in: Self.memoryFolder.path)
        {
            return segment
        }
        return try Self.make(byteCount, in: Self.systemFolder)
    }

    private static var folderOfEnvironment: String? {
        ProcessEnvironment.value("JOBLIB_TEMP_FOLDER").flatMap { $0.isEmpty ? nil : $0 }
    }

    private static var systemFolder: String {
        ProcessEnvironment.value("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// A path with the home folder in place of `~`.
    private static func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = ProcessEnvironment.value("HOME") else { return path }
        return home + path.dropFirst()
    }

    // MARK: - Memory

    /// Refuses what the kernel would give page by page until it has to kill somebody.
    private static func requireMemory(_ byteCount: Int) throws(ParallelError) {
        guard byteCount > Self.largeByteCount, let available = AvailableMemory.byteCount, byteCount > available else {
            return
        }
        throw ParallelError(
            .resourceExhausted,
            """
            a shared array needs \(byteCount) bytes of memory, and there are \(available); name a folder of a disk \
            with tempFolder
            """
        )
    }

    private static func exhausted(_ error: SystemError, _ byteCount: Int) -> ParallelError {
        let remedy =
            error.isOutOfDescriptors
            ? "let go of arrays, or raise the limit of open files (ulimit -n)"
            : "name a folder of a disk with tempFolder"
        return ParallelError(
            .resourceExhausted,
            "a shared array needs \(byteCount) bytes of memory: \(error); \(remedy)"
        )
    }

    // MARK: - Files

    private static func make(_ byteCount: Int, in folder: String) throws(ParallelError) -> Segment {
        let free: Int
        do throws(SystemError) {
            free = try Folder.freeByteCount(at: folder)
        } catch {
            throw ParallelError(
                .invalidArgument,
                "the folder '\(folder)' for shared arrays cannot be used: \(error); make it, or name another as tempFolder"
            )
        }
        guard free >= byteCount else { throw Self.full(folder, byteCount, "\(free) are free") }
        let file: OpenFile
        do throws(SystemError) {
            file = try TemporaryFile.make(in: folder)
        } catch {
            throw ParallelError(
                error.isFull || error.isOutOfDescriptors ? .resourceExhausted : .invalidArgument,
                """
                no file for a shared array can be made in the folder '\(folder)': \(error); name a folder as tempFolder \
                that you may write to
                """
            )
        }
        do throws(SystemError) {
            try file.reserve(max(1, byteCount))
            return try Self.map(file, byteCount: byteCount)
        } catch {
            throw Self.full(folder, byteCount, "\(free) seemed to be free: \(error)")
        }
    }

    private static func full(_ folder: String, _ byteCount: Int, _ have: String) -> ParallelError {
        ParallelError(
            .resourceExhausted,
            """
            a shared array needs \(byteCount) bytes in the folder '\(folder)', and \(have); name another folder as \
            tempFolder
            """
        )
    }
}
