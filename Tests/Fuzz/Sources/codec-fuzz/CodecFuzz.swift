// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import CFuzzer

/// Feeds bytes to the decoder: `codec-fuzz seeds FOLDER` writes what to begin with, anything else is for libFuzzer.
@main
enum CodecFuzz {
    static func main() {
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "seeds" {
            return Seeds.write(to: CommandLine.arguments[2])
        }
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        withUnsafeMutablePointer(to: &arguments) { pointer in
            pointer.withMemoryRebound(to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1) {
                _ = LLVMFuzzerRunDriver(&count, $0) { data, size in
                    Subject.examine(UnsafeBufferPointer(start: data, count: size))
                    return 0
                }
            }
        }
    }
}
