// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import WordCount

/// What the program says where the package was built without its trait `TCP`.
struct Unavailable: Error, CustomStringConvertible {
    var description: String {
        "built without the trait TCP, and so without networks; build it with: swift run --traits TCP joblib-hosts"
    }
}
