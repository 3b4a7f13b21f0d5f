// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
public import JoblibCore
import JoblibPOSIX

/// A folder with executables that were received, each named by its SHA-256; those that were not used for longest make room for others.
public struct ExecutableCache: Sendable {
    /// What is to be done about it, in the words of whoever has opened it: a library does not know how its program is told.
    public struct Remedies: Sendable {
        /// How another folder is named.
        public var folder: String

        /// How more bytes are allowed.
        public var byteLimit: String

        /// Makes them.
        public init(folder: String = "name another folder", byteLimit: String = "allow the cache more bytes") {
            self.folder = folder
            self.byteLimit = byteLimit
        }
    }

    /// Where it is.
    public let folder: String

    /// How many bytes its files have at most.
    public let byteLimit: Int

    private let remedies: Remedies

    private static let partialSuffix = ".partial"

    /// How long nothing has come of what nobody receives any more, in nanoseconds; a giver is waited for much less than that.
    private static let longestPause: Int64 = 86_400 * 1_000_000_000

    /// Opens the cache, and makes the folder if it is not there.
    ///
    /// Several processes may have it open, also of several machines.
    ///
    /// - Parameters:
    ///   - folder: Its path; the folder is this user's own, and no other user may enter it.
    ///   - byteLimit: How many bytes its files may have, from 1.
    ///   - remedies: What errors say that is to be done.
    /// - Throws: ``ParallelError`` `.invalidArgument`, which says what is wrong with the folder, and what to run.
    public init(folder: String, byteLimit: Int, remedies: Remedies = Remedies()) throws(ParallelError) {
        self.folder = folder
        self.byteLimit = byteLimit
        self.remedies = remedies
        guard folder.hasPrefix("/") else {
            throw Self.fault(folder, "is no path from the root; write one that begins with /")
        }
        let status: FileStatus
        do throws(SystemError) {
            try Self.make(folder)
            status = try FileStatus(path: folder)
        } catch {
            throw Self.fault(folder, "cannot be used: \(error); \(remedies.folder)")
        }
        guard status.isFolder else { throw Self.fault(folder, "is no folder, or a link; name the folder itself") }
        guard status.isOwn else { throw Self.fault(folder, "belongs to another user; \(remedies.folder)") }
        guard !status.isOpenToOthers else {
            throw Self.fault(folder, "can be used by other users; run: chmod 700 '\(folder)'")
        }
        self.removeRemnants()
    }

    /// Removes what others have left that ended while they received something.
    ///
    /// They may be on other machines, which have the same folder: by its age alone it can be told.
    private func removeRemnants() {
        let now = Int64(WallClock.now) * 1_000_000_000
        for name in Folder.names(in: self.folder) where name.hasSuffix(Self.partialSuffix) {
            let path = "\(self.folder)/\(name)"
            guard let status = try? FileStatus(path: path), status.modificationTime < now - Self.longestPause else {
                continue
            }
            OpenFile.remove(path)
        }
    }

    private static func make(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try Folder.make(path)
        } catch {
            if error.isCollision { return }
            // Its parent may be missing, and else it fails again.
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw error }
            try self.make(String(path[..<slash]))
            try Folder.make(path)
        }
    }

    private static func fault(_ folder: String, _ what: String) -> ParallelError {
        ParallelError(.invalidArgument, "the cache folder '\(folder)' \(what)")
    }

    func path(of offer: ExecutableOffer) -> String { "\(self.folder)/\(offer.key)" }

    /// Where one is written to until it is verified; nobody else takes the same name, on whatever machine.
    func makePartialPath(of offer: ExecutableOffer) -> String {
        var generator = SystemRandomNumberGenerator()
        let number = [generator.next(), generator.next()].map { String($0, radix: 36) }.joined(separator: "-")
        return "\(self.folder)/\(offer.key).\(number)\(Self.partialSuffix)"
    }

    /// Finds an executable that is there, as it was when it came.
    ///
    /// - Returns: Its path; `nil` where there is none, or another file in its place, which is removed then.
    func find(_ offer: ExecutableOffer) -> String? {
        let path = self.path(of: offer)
        guard let file = try? OpenFile(path, .readingNoLink) else { return nil }
        let found = try? file.status()
        guard let status = found, status.isRegular, status.isOwn, !status.isOpenToOthers,
            UInt64(status.byteCount) == offer.byteCount, (try? FileHash.sha256(of: file)) == offer.hash
        else {
            // Meanwhile another process may have put there what it is to be.
            if let found, found.isSameFile(as: path) { OpenFile.remove(path) }
            return nil
        }
        OpenFile.touch(path)
        return path
    }

    /// Removes what was not used for longest, until there is room.
    ///
    /// - Throws: ``ParallelError`` for an executable that is larger than the cache may be.
    func makeRoom(for offer: ExecutableOffer) throws(ParallelError) {
        guard offer.byteCount <= UInt64(self.byteLimit) else {
            throw ParallelError(
                .resourceExhausted,
                "'\(offer.name)' has \(offer.byteCount) bytes, and the cache may have \(self.byteLimit); \(self.remedies.byteLimit)"
            )
        }
        self.removeRemnants()
        let entries = Folder.names(in: self.folder)
            .compactMap { name -> CacheEviction.Entry? in
                guard let status = try? FileStatus(path: "\(self.folder)/\(name)"), status.isRegular else { return nil }
                return CacheEviction.Entry(
                    name: name,
                    byteCount: UInt64(max(0, status.byteCount)),
                    // What another process is about to receive is the last to go.
                    lastUse: name.hasSuffix(Self.partialSuffix) ? .max : status.modificationTime
                )
            }
        let eviction = CacheEviction(entries, makingRoomFor: offer.byteCount, limit: UInt64(self.byteLimit))
        for name in eviction.removed { OpenFile.remove("\(self.folder)/\(name)") }
    }

    /// What is said of a file that could not be written.
    func fault(_ error: SystemError, writing offer: ExecutableOffer) -> ParallelError {
        guard error.isFull else {
            return ParallelError(.resourceExhausted, "cannot write to the cache folder '\(self.folder)': \(error)")
        }
        let free = (try? Folder.freeByteCount(at: self.folder)).map { "\($0)" } ?? "too few"
        return ParallelError(
            .resourceExhausted,
            "the cache folder '\(self.folder)' is full: '\(offer.name)' has \(offer.byteCount) bytes, and \(free) are free there (\(error)); "
                + "make room, or \(self.remedies.folder)"
        )
    }
}

extension FileStatus {
    /// Whether it is what is at a path.
    func isSameFile(as path: String) -> Bool {
        guard let other = try? FileStatus(path: path) else { return false }
        return self.device == other.device && self.inode == other.inode
    }
}

#endif
