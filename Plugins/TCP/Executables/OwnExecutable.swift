// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import JoblibCluster
import JoblibPOSIX

/// The file that this process runs, even if another stands at its path by now.
struct OwnExecutable: Sendable {
    let offer: ExecutableOffer

    /// Open for as long as the process lives.
    private let descriptor: Int32

    /// Opened, and its hash taken, once; `nil` where the system does not let it be read.
    static let shared: OwnExecutable? = {
        guard let file = try? OpenFile("/proc/self/exe", .reading) else { return nil }
        guard let byteCount = try? file.status().byteCount, let hash = try? FileHash.sha256(of: file) else {
            return nil
        }
        let name = (LoadedImage.programPath ?? "program").split(separator: "/").last.map(String.init) ?? "program"
        return OwnExecutable(
            offer: ExecutableOffer(name: name, byteCount: UInt64(byteCount), hash: hash),
            descriptor: file.release()
        )
    }()

    /// Reads some of it.
    ///
    /// - Throws: `SystemError`.
    func piece(at position: UInt64) throws(SystemError) -> [UInt8] {
        let file = OpenFile(owning: self.descriptor)
        do throws(SystemError) {
            let bytes = try file.bytes(at: Int(position), count: ExecutableAssembly.largestPiece)
            _ = file.release()
            return bytes
        } catch {
            _ = file.release()
            throw error
        }
    }
}

/// Hashes of files.
enum FileHash {
    /// The SHA-256 of a file.
    ///
    /// - Throws: `SystemError`.
    static func sha256(of file: borrowing OpenFile) throws(SystemError) -> [UInt8] {
        var hash = SHA256()
        var position = 0
        while true {
            let piece = try file.bytes(at: position, count: 1 << 20)
            if piece.isEmpty { return Array(hash.finalize()) }
            hash.update(data: piece)
            position += piece.count
        }
    }
}

#endif
