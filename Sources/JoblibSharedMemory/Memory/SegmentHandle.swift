// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// What another process of this host and user needs to map a segment.
///
/// Whoever decodes one trusts who has encoded it.
struct SegmentHandle: Codable {
    private let identity: SegmentIdentity
    private let owner: SegmentOwner
    private let path: String?

    /// Describes a segment, for a process that shares it or that keeps to itself what it writes.
    init(_ segment: Segment, privately: Bool = false) {
        self.identity = privately ? segment.identity.privately : segment.identity
        self.owner = segment.owner
        self.path = segment.path
    }

    /// The segment, which is mapped unless this process has it already.
    ///
    /// - Throws: ``LayoutFault`` when it is not there, or another file is in its place.
    func segment() throws(LayoutFault) -> Segment {
        guard let sharing = self.identity.sharing, self.identity.byteCount >= 0 else {
            throw LayoutFault("the memory has no size, or is shared in an unknown way")
        }
        if let segment = SegmentTable.shared.segment(self.identity) {
            SegmentTable.shared.keepDecoded(segment)
            return segment
        }
        let file = try self.open(for: sharing)
        do throws(SystemError) {
            let segment = try Segment.map(
                file,
                byteCount: self.identity.byteCount,
                sharing,
                path: self.path,
                owner: self.owner
            )
            if sharing != .privately { SegmentTable.shared.keepDecoded(segment) }
            return segment
        } catch {
            throw LayoutFault("the memory of \(self.identity.byteCount) bytes cannot be mapped: \(error)")
        }
    }

    /// The very file: by the owner's descriptor, or by its path once the owner has gone.
    private func open(for sharing: MappedFile.Sharing) throws(LayoutFault) -> OpenFile {
        var reason = "process \(self.owner.pid), which had it, has ended"
        if self.owner.isAlive {
            do throws(LayoutFault) { return try self.open(self.owner.path, sharing) } catch { reason = error.reason }
        }
        guard let path = self.path else { throw LayoutFault("the memory of a shared array is gone: \(reason)") }
        return try self.open(path, sharing)
    }

    private func open(_ path: String, _ sharing: MappedFile.Sharing) throws(LayoutFault) -> OpenFile {
        do throws(SystemError) {
            let file = try OpenFile(path, sharing == .shared ? .updating : .reading)
            if self.identity.matches(try file.status()) { return file }
        } catch {
            throw LayoutFault("'\(path)' cannot be opened: \(error)")
        }
        throw LayoutFault("'\(path)' is another file by now, or has become smaller")
    }
}
