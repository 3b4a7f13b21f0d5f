// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

// SAFETY: constants; what is copied to and from the memory is its users' business, who take turns.
/// A part of an arena in the memory of this process, mmap(2): to copy there takes half as long as through the kernel, page by page.
///
/// For memory that was written to before, in processes that run nobody's code: a store that goes astray would find it, and to touch a page
/// that is not there takes memory without asking. Files of arenas do not shrink.
@safe
public final class ArenaWindow: @unchecked Sendable {
    private let start: UnsafeMutableRawPointer

    /// Where it is in the arena, in bytes.
    public let range: Range<Int>

    /// Maps a part.
    ///
    /// - Parameters:
    ///   - arena: The arena.
    ///   - range: The part, within the file as it is, from a multiple of a page on.
    ///   - isWritable: Whether it is written to, for which its pages are made ready at once.
    /// - Throws: ``SystemError``: EINVAL for a part that is not there, ENOMEM where nothing more can be mapped.
    public init(_ arena: MemoryArena, _ range: Range<Int>, isWritable: Bool) throws(SystemError) {
        guard !range.isEmpty, range.upperBound <= arena.end else { throw SystemError(errno: EINVAL, call: "mmap") }
        let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
        let flags = isWritable ? MAP_SHARED | Int32(MAP_POPULATE) : MAP_SHARED
        let start = unsafe mmap(nil, range.count, protection, flags, arena.descriptor, off_t(range.lowerBound))
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw SystemError(errno: errno, call: "mmap")
        }
        unsafe self.start = start
        self.range = range
    }

    deinit { unsafe munmap(self.start, self.range.count) }

    /// Whether a part of the arena is in it as a whole.
    public func contains(_ part: Range<Int>) -> Bool {
        part.lowerBound >= self.range.lowerBound && part.upperBound <= self.range.upperBound
    }

    /// Copies what is at a place of the arena, in the window as a whole.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        precondition(self.contains(offset..<offset + buffer.count))
        unsafe buffer.copyMemory(
            from: UnsafeRawBufferPointer(start: self.start + (offset - self.range.lowerBound), count: buffer.count)
        )
    }

    /// Copies bytes to a place of the arena, in the window as a whole, which is writable.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        precondition(self.contains(offset..<offset + bytes.count))
        unsafe UnsafeMutableRawBufferPointer(
            start: self.start + (offset - self.range.lowerBound),
            count: bytes.count
        )
        .copyMemory(from: bytes)
    }
}
