// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore
internal import JoblibPOSIX

// SAFETY: constants; who may write to the memory when is the business of whoever has the arrays.
/// Memory that processes share: a file that is mapped as a whole.
@usableFromInline
@safe final class Segment: @unchecked Sendable {
    /// Where it begins in this process.
    @usableFromInline let start: UnsafeMutableRawPointer

    let identity: SegmentIdentity

    /// The process from which others get the file.
    let owner: SegmentOwner

    /// Where a file of the user's is, by an absolute path; `nil` for memory without a name.
    let path: String?

    private let file: MappedFile
    private let isMadeInTask: Bool

    /// Maps an open file.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - byteCount: Its size.
    ///   - sharing: Who sees what is written.
    ///   - path: Its name, if it is the user's.
    ///   - owner: `nil` for this process.
    /// - Throws: `SystemError`.
    private init(
        _ file: consuming OpenFile,
        byteCount: Int,
        _ sharing: MappedFile.Sharing,
        path: String?,
        owner: SegmentOwner?
    ) throws(SystemError) {
        self.identity = SegmentIdentity(try file.status(), byteCount: byteCount, sharing)
        self.file = try MappedFile(file, byteCount: byteCount, sharing: sharing, path: path)
        unsafe self.start = self.file.start
        self.owner = owner ?? SegmentOwner(descriptor: self.file.descriptor)
        self.path = path
        self.isMadeInTask = owner == nil && TaskContext.current != nil
    }

    /// Maps an open file, unless this process has it in its memory already.
    static func map(
        _ file: consuming OpenFile,
        byteCount: Int,
        _ sharing: MappedFile.Sharing = .shared,
        path: String? = nil,
        owner: SegmentOwner? = nil
    ) throws(SystemError) -> Segment {
        let segment = try Segment(file, byteCount: byteCount, sharing, path: path, owner: owner)
        // What is written to it stays with whoever has mapped it.
        if sharing == .privately { return segment }
        return SegmentTable.shared.add(segment)
    }

    deinit { SegmentTable.shared.forget(self.identity) }

    /// The size in bytes.
    var byteCount: Int { self.identity.byteCount }

    /// Whether others may be unable to get at the memory by the time they want to: it is a worker's own, which may have ended.
    var isPassing: Bool {
        guard self.path == nil, self.owner.isHere else { return false }
        return ThisProcess.isSpawnedWorker || ThisProcess.isForked && self.isMadeInTask
    }

    /// The size of a user's file that has become smaller; `nil` for one that has not.
    var shrunkByteCount: Int? {
        guard self.path != nil, let byteCount = self.file.currentByteCount, byteCount < self.byteCount else {
            return nil
        }
        return byteCount
    }

    /// Ends the process if the file has become smaller, which it can no longer do for memory without a name.
    @usableFromInline
    func requireWhole() {
        guard let path = self.path, let byteCount = self.shrunkByteCount else { return }
        fatalError(
            """
            the file '\(path)' has shrunk from \(self.byteCount) to \(byteCount) bytes while it was mapped: \
            replace files by renaming, or load a copy
            """
        )
    }
}
