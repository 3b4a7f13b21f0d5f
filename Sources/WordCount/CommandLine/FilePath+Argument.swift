// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension FilePath {
    /// Creates the path that an argument of the process names, even if it is not UTF-8.
    package init(argument: String) {
        // A `String` has repaired such an argument; the original is beside it.
        let originals = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        for case let original? in originals where String(cString: original) == argument {
            self.init(UnsafeRawBufferPointer(start: original, count: FilePath.length(original)))
            return
        }
        self.init(argument)
    }

    private static func length(_ text: UnsafePointer<CChar>) -> Int {
        var length = 0
        while text[length] != 0 { length += 1 }
        return length
    }
}
