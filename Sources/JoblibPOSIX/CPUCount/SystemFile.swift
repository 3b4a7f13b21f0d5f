// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// Files that the kernel writes while they are read, under `/proc` and `/sys`.
enum SystemFile {
    /// Returns the text of a file.
    ///
    /// - Parameter path: An absolute path.
    /// - Returns: The text, with bytes that are not UTF-8 replaced; `nil` when the file cannot be read or is implausibly
    ///   long.
    static func text(at path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }

        // Such a file says that it is 0 bytes long: the only way to know is to read until nothing comes. The largest in
        // use are the mount tables of container hosts, with some megabytes.
        let maximumLength = 16 << 20
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= maximumLength {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            switch count {
            case 0:
                return String(decoding: bytes, as: UTF8.self)
            case 1...:
                bytes += buffer.prefix(count)
            default:
                guard errno == EINTR else { return nil }
            }
        }
        return nil
    }
}
