// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Whether this is a build that measures workers on other hosts, which shares no objects with one that does not.
enum TCPTrait {
    #if TCP
    static let isOn = true
    static let scratchFolder = ".build-tcp"
    #else
    static let isOn = false
    static let scratchFolder = ".build"
    #endif

    /// What makes it one, for people.
    static let options = "--traits TCP --scratch-path .build-tcp"

    /// What makes it one, for a build of the package in a folder.
    static func arguments(package: String) -> [String] {
        self.isOn ? ["--traits", "TCP", "--scratch-path", "\(package)/\(self.scratchFolder)"] : []
    }
}
