// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibCluster
import JoblibPOSIX
import Testing

@testable import JoblibTCP

@Suite(.timeLimit(.minutes(1)))
struct ProgramIdentityTests {
    @Test("This program says what it is, always the same, and short enough to be said")
    func thisProgram() {
        let identity = ProgramIdentity.ofThisProgram
        #expect(identity == .ofThisProgram)
        #expect(identity.version == ProgramIdentity.currentVersion)
        #expect(identity.program.hasSuffix("PackageTests.xctest"))
        #expect(identity.build.utf8.count <= 100 && identity.build.allSatisfy { $0.isHexDigit || $0 == "+" })
        #expect(identity.architecture.hasSuffix("little-endian, 64 bits"))
    }

    @Test("Another program, another runtime and another library beside the program make another build")
    func whatCounts() {
        let program = LoadedImage(path: "/proc/self/exe", buildID: [1, 2], isProgram: true)
        let runtime = LoadedImage(path: "/usr/lib/swift/linux/libswiftCore.so", buildID: [3], isProgram: false)
        let own = LoadedImage(path: "/app/libMine.so", buildID: [4], isProgram: false)
        func build(_ images: LoadedImage...) -> String { ProgramIdentity.build(images, programFolder: "/app") }

        #expect(build(program) == "0102")
        #expect(build(program, runtime).hasPrefix("0102+"))
        let builds = [
            build(program), build(program, runtime), build(program, own), build(program, runtime, own),
            build(program, runtime.with([5])), build(program, runtime, own.with([5])),
            build(LoadedImage(path: "/proc/self/exe", buildID: [9], isProgram: true)),
        ]
        #expect(Set(builds).count == builds.count)
        #expect(build(program, runtime, own) == build(own, program, runtime))
    }

    @Test("What hosts may differ in makes no other build")
    func whatDoesNotCount() {
        let program = LoadedImage(path: "/proc/self/exe", buildID: [1, 2], isProgram: true)
        for path in [
            "/lib/x86_64-linux-gnu/libc.so.6", "linux-vdso.so.1", "/usr/lib/libssl.so.3",
            "/usr/lib/swift/linux/libFoundation.so",
            "/app/libswift_Concurrency.so", "/app/libdispatch.so", "/elsewhere/libMine.so",
        ] {
            let library = LoadedImage(path: path, buildID: [7], isProgram: false)
            #expect(ProgramIdentity.build([program, library], programFolder: "/app") == "0102")
        }
        let core = LoadedImage(path: "/app/libswiftCore.so", buildID: [7], isProgram: false)
        let moved = LoadedImage(path: "/opt/swift/libswiftCore.so", buildID: [7], isProgram: false)
        #expect(
            ProgramIdentity.build([program, core], programFolder: "/app")
                == ProgramIdentity.build([program, moved], programFolder: "/app")
        )
    }

    @Test("A program without a build id is known by its file")
    func withoutBuildID() throws {
        let path = NSTemporaryDirectory() + "joblib-program-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        // More than one piece of what is read at once.
        try Data(repeating: 7, count: 3 << 20).write(to: URL(fileURLWithPath: path))
        let image = LoadedImage(path: path, buildID: nil, isProgram: true)
        let build = ProgramIdentity.build([image], programFolder: "/app")
        #expect(build == "sha256:fadc8b76fb9e2447c118e8b612cb1280904241214f6b9b5b7010f445bcc3d10b")
    }
}

extension LoadedImage {
    fileprivate func with(_ buildID: [UInt8]) -> LoadedImage {
        LoadedImage(path: self.path, buildID: buildID, isProgram: self.isProgram)
    }
}

#endif
