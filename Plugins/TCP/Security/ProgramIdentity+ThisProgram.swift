// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import JoblibCluster
import JoblibPOSIX

extension ProgramIdentity {
    /// What this process says of its program, found out once.
    ///
    /// See `docs/security.md` for what is compared, and what is not.
    static let ofThisProgram: ProgramIdentity = {
        let images = LoadedImage.all
        let path = LoadedImage.programPath ?? ""
        return ProgramIdentity(
            version: Self.currentVersion,
            build: Self.build(images, programFolder: Self.folder(path)),
            architecture: Self.architecture,
            program: String(path.split(separator: "/").last ?? "program")
        )
    }()

    /// Says of which build a program is.
    ///
    /// - Parameters:
    ///   - images: The program and its libraries.
    ///   - programFolder: Where the program's own libraries are.
    /// - Returns: The program's build id, or the hash of its file; with libraries that count, the hash of theirs behind a plus sign.
    static func build(_ images: [LoadedImage], programFolder: String) -> String {
        let program = images.first(where: \.isProgram)
        let build =
            program?.buildID.map { Self.hexadecimal($0) } ?? Self.hash(ofFile: program?.path ?? "/proc/self/exe")
        let libraries =
            images.filter { !$0.isProgram && Self.counts($0, programFolder) }
            .map { "\(Self.name($0.path)) \($0.buildID.map { Self.hexadecimal($0) } ?? Self.hash(ofFile: $0.path))" }
            .sorted()
        guard !libraries.isEmpty else { return build }
        let hash = SHA256.hash(data: Array(libraries.joined(separator: "\n").utf8))
        return "\(build)+\(Self.hexadecimal(Array(hash).prefix(8)))"
    }

    /// Whether a library makes another build: the Swift runtime, whose interface each version changes, and what is beside the program.
    ///
    /// Hosts may differ in the system's libraries. Of the toolchain's only the one counts that all the others come with: where they are
    /// depends on the host, and which of them are loaded on what the program has done.
    private static func counts(_ image: LoadedImage, _ programFolder: String) -> Bool {
        let name = Self.name(image.path)
        if name == "libswiftCore.so" { return true }
        let toolchain = [
            "libswift", "lib_Foundation", "libFoundation", "lib_Testing", "libTesting", "libXCTest", "libdispatch",
            "libBlocksRuntime",
        ]
        return !programFolder.isEmpty && Self.folder(image.path) == programFolder
            && !toolchain.contains { name.hasPrefix($0) }
    }

    private static func hash(ofFile path: String) -> String {
        let pieceSize = 1 << 20
        guard let file = try? OpenFile(path, .reading) else { return "unreadable" }
        var hash = SHA256()
        var position = 0
        while let piece = try? file.bytes(at: position, count: pieceSize), !piece.isEmpty {
            hash.update(data: piece)
            position += piece.count
        }
        return "sha256:\(Self.hexadecimal(Array(hash.finalize())))"
    }

    private static func folder(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    private static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static let architecture: String = {
        #if arch(x86_64)
        let processor = "x86_64"
        #elseif arch(arm64)
        let processor = "arm64"
        #else
        let processor = "another processor"
        #endif
        let order = Int(littleEndian: 1) == 1 ? "little" : "big"
        return "\(processor), \(order)-endian, \(Int.bitWidth) bits"
    }()
}

#endif
