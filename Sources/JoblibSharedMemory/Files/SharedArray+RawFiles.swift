// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

extension SharedArray where Element: RawNumber {
    /// Maps a file of numbers, as NumPy's `memmap` does.
    ///
    /// The file must not become smaller as long as it is mapped: that ends the process, or the worker of the task, that asks for elements
    /// which are gone, with a message, at the latest by SIGBUS. Whoever replaces a file by renaming another one to its name does no harm.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - mode: `"r"` reads; `"r+"` writes to the file, which is made larger if the shape needs it; `"c"` keeps what is written in
    ///     this process, and gives each other one that is handed the array the content of the file; `"w+"` makes the file, or
    ///     empties it, and then is `"r+"`.
    ///   - offset: Where the numbers begin in the file, in bytes: a multiple of the size of one.
    ///   - shape: The number of elements along each dimension; `nil` for one dimension and all that the file holds, which
    ///     `"w+"` cannot know.
    /// - Throws: `ParallelError` with the code `invalidArgument` where the file cannot be opened or is too small, `invalidMmapMode` for
    ///   another mode, and `resourceExhausted` where a disk is full.
    public init(
        contentsOf path: String,
        mode: MmapMode = .readOnly,
        offset: Int = 0,
        shape: [Int]? = nil
    ) throws(ParallelError) {
        guard shape != nil || mode != .create else {
            throw ParallelError(.invalidArgument, "a new file '\(path)' needs a shape: write shape: [count]")
        }
        guard offset >= 0 else {
            throw ParallelError(.invalidArgument, "an offset of \(offset) bytes is in no file: write one from 0 up")
        }
        // Before a file is emptied.
        let needed = try Self.byteCount(path, offset, shape)
        let mapping = try FileMapping(path, mode)
        let (existing, actualMode) = (try mapping.byteCount(), mapping.mode)
        try mapping.reserve(Swift.max(existing, needed))
        let segment = try mapping.segment()
        let rest = segment.byteCount - offset
        guard shape != nil || rest >= 0 && rest.isMultiple(of: MemoryLayout<Element>.stride) else {
            throw ParallelError(
                .invalidArgument,
                """
                the \(segment.byteCount) bytes of '\(path)' behind offset \(offset) are no whole number of \(Element.self): \
                say which are meant with offset and shape
                """
            )
        }
        do throws(LayoutFault) {
            let shape = shape ?? [rest / MemoryLayout<Element>.stride]
            let layout = try ArrayLayout(shape: shape, offset: offset, byteCount: segment.byteCount, of: Element.self)
            self.init(segment, layout, actualMode)
        } catch {
            throw ParallelError(.invalidArgument, "the file '\(path)' cannot be mapped: \(error.reason)")
        }
    }

    /// How large the file has to be.
    private static func byteCount(_ path: String, _ offset: Int, _ shape: [Int]?) throws(ParallelError) -> Int {
        do throws(LayoutFault) {
            let layout = try ArrayLayout(shape: shape ?? [0], offset: offset, byteCount: .max, of: Element.self)
            return offset + layout.count * MemoryLayout<Element>.stride
        } catch {
            throw ParallelError(.invalidArgument, "the file '\(path)' cannot be mapped: \(error.reason)")
        }
    }
}
