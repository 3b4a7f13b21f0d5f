// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import Foundation

/// Where the build has put what the tests look at.
package enum BuildProducts {
    /// The directory of the running test bundle, beside which are the programs of the same build.
    package static var directory: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// Returns a program of the same build.
    ///
    /// - Parameter name: The name of the executable product or target.
    /// - Returns: Where it is.
    package static func program(_ name: String) -> URL {
        self.directory.appending(path: name)
    }
}
