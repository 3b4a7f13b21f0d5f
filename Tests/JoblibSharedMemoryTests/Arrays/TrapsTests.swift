// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Testing

/// What ends the process, with what it says before.
@Suite("Misuse of shared arrays", .timeLimit(.minutes(2)))
struct TrapsTests {
    private static func text(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }

    @Test("A write to an array of the mode \"r\" ends the process, with the mode and what to write instead")
    func readOnly() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try SharedArray<Int>(zeros: 3).readOnly.withMutableSpan { $0[0] = 1 }
        }
        let text = Self.text(result)
        #expect(text.contains("a shared array of the mode \"r\" cannot be written to: open it with \"r+\""), "\(text)")
    }

    @Test("A view with gaps has no span")
    func gaps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try SharedArray<Int>(zeros: 4).strided(by: 2).withMutableSpan { $0[0] = 1 }
        }
        #expect(Self.text(result).contains("a view of shape [2] and strides [2] has gaps"), "\(Self.text(result))")
    }

    @Test("An index that is out of range is named, with the shape")
    func indices() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let array = try SharedArray<Int>(zeros: 4)
            print(array[4])
        }
        #expect(
            Self.text(result).contains("index [4] is out of range of an array of shape [4]"),
            "\(Self.text(result))"
        )
        let second = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let array = try SharedArray<Int>(zeros: [2, 3])
            print(array[1, 3])
        }
        #expect(Self.text(second).contains("index [1, 3] is out of range of an array of shape [2, 3]"))
        let third = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let array = try SharedArray<Int>(zeros: [2, 3])
            print(array[1])
        }
        #expect(Self.text(third).contains("write one index for each dimension"))
    }

    @Test("A single element of a file that has shrunk ends the process with the file's name")
    func shrunkElement() async {
        let result = await #expect(processExitsWith: .signal(SIGBUS), observing: [\.standardErrorContent]) {
            let scratch = try Scratch()
            let path = scratch.file("numbers")
            let array = try SharedArray<Int>(contentsOf: path, mode: "w+", shape: [10_000])
            truncate(path, 100)
            print(array[9000])
        }
        let text = Self.text(result)
        #expect(text.contains("/numbers' has shrunk while it was mapped"), "\(text)")
    }

    @Test("A SIGBUS that is no file's goes to whoever handled it before, unexplained")
    func otherBusErrors() async {
        let result = await #expect(processExitsWith: .exitCode(7), observing: [\.standardErrorContent]) {
            signal(SIGBUS) { _ in _exit(7) }
            let scratch = try Scratch()
            _ = try SharedArray<Int>(contentsOf: scratch.file("numbers"), mode: "w+", shape: [10])
            raise(SIGBUS)
        }
        #expect(!Self.text(result).contains("shrunk"), "\(Self.text(result))")
    }

    @Test("A file that has shrunk since it was mapped is noticed before it is touched")
    func shrunk() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let scratch = try Scratch()
            let path = scratch.file("numbers")
            let array = try SharedArray<Int>(contentsOf: path, mode: "w+", shape: [10_000])
            truncate(path, 100)
            array.withSpan { print($0[9000]) }
        }
        let text = Self.text(result)
        #expect(text.contains("has shrunk from 80000 to 100 bytes while it was mapped"), "\(text)")
    }
}
