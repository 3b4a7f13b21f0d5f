// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// The program of this process, or a library that it has loaded.
public struct LoadedImage: Sendable, Hashable {
    /// Where its file is, or was; the program's is a path that leads to its file even when that has another name by now.
    public let path: String

    /// What its linker says of its contents, which no other contents have; `nil` where that was not asked for.
    public let buildID: [UInt8]?

    /// Whether it is the program.
    public let isProgram: Bool

    /// Makes one.
    public init(path: String, buildID: [UInt8]?, isProgram: Bool) {
        self.path = path
        self.buildID = buildID
        self.isProgram = isProgram
    }

    /// The path of the program's file, as it was when the program was started.
    public static var programPath: String? { ELFSymbols.programPath }

    /// The program, then the libraries that are loaded at the moment.
    public static var all: [LoadedImage] {
        var images: [LoadedImage] = []
        unsafe withUnsafeMutablePointer(to: &images) { pointer in
            unsafe joblib_visit_loaded_images(
                { path, buildID, size, context in
                    // Soundness: the pointer is that of the call around this one, on the same thread.
                    let images = unsafe context!.assumingMemoryBound(to: [LoadedImage].self)
                    let bytes = unsafe UnsafeBufferPointer(start: buildID, count: buildID == nil ? 0 : size)
                    let name = unsafe String(cString: path)
                    unsafe images.pointee.append(
                        LoadedImage(
                            path: name.isEmpty ? "/proc/self/exe" : name,
                            buildID: bytes.isEmpty ? nil : Array(bytes),
                            isProgram: name.isEmpty
                        )
                    )
                },
                pointer
            )
        }
        return images
    }
}
