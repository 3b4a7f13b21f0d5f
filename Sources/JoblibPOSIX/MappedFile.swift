// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

// SAFETY: constants; what is in the memory is its users' business.
/// A file in the memory of this process, mmap(2), which stays open as long.
///
/// A child that is forked has it as well, at the same address, with a descriptor of its own.
@safe
public final class MappedFile: @unchecked Sendable {
    /// Who sees what is written.
    public enum Sharing: UInt8, Sendable, Hashable {
        /// Nothing can be written.
        case readOnly

        /// Everybody who maps the file, and its readers.
        case shared

        /// This process alone.
        case privately
    }

    /// Where it begins in this process, aligned to a page.
    public let start: UnsafeMutableRawPointer

    /// Its size in bytes when it was mapped.
    public let byteCount: Int

    private let file: OpenFile

    /// What explains a fault; `nil` for a file without a name.
    private let note: UnsafeMutableRawPointer?

    /// The descriptor.
    public var descriptor: Int32 { self.file.descriptor }

    /// Maps a file from its beginning.
    ///
    /// A file that others make smaller is still mapped as far as it went: whoever touches that ends by SIGBUS. If it has a name, the
    /// standard error says so before.
    ///
    /// - Parameters:
    ///   - file: Opened for reading, and for writing too if that is to be shared.
    ///   - byteCount: The size of the file; 0 maps a page that must not be touched.
    ///   - sharing: Who sees what is written.
    ///   - path: Its name; `nil` for one that has none, which nobody else makes smaller.
    /// - Throws: ``SystemError``, such as ENOMEM.
    public init(
        _ file: consuming OpenFile,
        byteCount: Int,
        sharing: Sharing,
        path: String? = nil
    ) throws(SystemError) {
        let protection = sharing == .readOnly ? PROT_READ : PROT_READ | PROT_WRITE
        let flags = sharing == .privately ? MAP_PRIVATE : MAP_SHARED
        let start = unsafe mmap(nil, max(1, byteCount), protection, flags, file.descriptor, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw SystemError(errno: errno, call: "mmap")
        }
        unsafe self.start = start
        self.byteCount = byteCount
        self.file = file
        unsafe self.note = path.flatMap { path in unsafe joblib_note_mapped_file(start, byteCount, path) }
    }

    /// The size of the file now; `nil` when the system does not tell.
    public var currentByteCount: Int? { (try? self.file.status())?.byteCount }

    deinit {
        unsafe joblib_forget_mapped_file(self.note)
        unsafe munmap(self.start, max(1, self.byteCount))
    }
}
