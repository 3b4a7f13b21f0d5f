// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct LoadedImageTests {
    @Test("The program comes first, and its build id is what its file says")
    func program() throws {
        let images = LoadedImage.all
        let program = try #require(images.first)
        #expect(program.isProgram && program.path == "/proc/self/exe")
        #expect(images.dropFirst().allSatisfy { !$0.isProgram && !$0.path.isEmpty })

        #expect(program.buildID != nil)
        #expect(program.buildID == self.buildID(inFile: "/proc/self/exe"))
    }

    @Test("Libraries are told with theirs")
    func libraries() throws {
        let runtime = try #require(LoadedImage.all.first { $0.path.hasSuffix("/libswiftCore.so") })
        #expect(runtime.buildID != nil)
        #expect(runtime.buildID == self.buildID(inFile: runtime.path))
    }

    /// Behind the header of the note, which has 12 bytes, and the name `GNU`.
    private func buildID(inFile path: String) -> [UInt8]? {
        let note = ELFFile(path: path)?.section(named: ".note.gnu.build-id")
        return note.map { Array($0.dropFirst(16)) }
    }
}
