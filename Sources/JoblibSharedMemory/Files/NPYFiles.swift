// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// Writes an array to a file in NumPy's format `.npy`, which `numpy.load` reads and maps.
///
/// The file appears under its name when it is complete, in place of what had the name before.
///
/// - Parameters:
///   - array: The array, or a view of one; row-major order is what is written.
///   - path: The file.
/// - Throws: `ParallelError` with the code `invalidArgument`, or `resourceExhausted` where the disk is full.
public func dump<Element: NPYElement>(_ array: SharedArray<Element>, to path: String) throws(ParallelError) {
    if array.isContiguous {
        let failure = array.withSpan { span in
            unsafe span.withUnsafeBytes { bytes in
                Result { () throws(ParallelError) in
                    try unsafe NPYFile.write(bytes, of: Element.self, shape: array.shape, to: path)
                }
            }
        }
        return try failure.get()
    }
    try NPYFile.write([Element](array), shape: array.shape, to: path)
}

/// Writes an array with one dimension to a file in NumPy's format `.npy`; see the form for shared arrays.
///
/// - Parameters:
///   - array: The array.
///   - path: The file.
/// - Throws: `ParallelError` with the code `invalidArgument`, or `resourceExhausted` where the disk is full.
public func dump<Element: NPYElement>(_ array: [Element], to path: String) throws(ParallelError) {
    try NPYFile.write(array, shape: [array.count], to: path)
}

/// Reads or maps a file in NumPy's format `.npy`, of the versions 1.0 and 2.0 and in row-major order.
///
/// - Parameters:
///   - path: The file.
///   - type: What the elements are, if the context does not say so.
///   - mmapMode: `nil` or ``MmapMode/disabled`` for a copy in memory, which any byte order can be read into. `"r"`, `"r+"` and `"c"` map
///     the file, as in ``SharedArray/init(contentsOf:mode:offset:shape:)``; `"w+"` is `"r+"`, as in joblib: what
///     is loaded is not emptied first.
/// - Returns: The array, in the shape that the file says.
/// - Throws: `ParallelError` with the code `invalidArgument`, which says what is wrong with the file; `resourceExhausted` where there is
///   no memory for a copy.
public func load<Element: NPYElement>(
    _ path: String,
    as type: Element.Type = Element.self,
    mmapMode: MmapMode? = nil
) throws(ParallelError) -> SharedArray<Element> {
    try NPYFile.load(path, as: type, mmapMode.map(\.ofExisting) ?? .disabled)
}
