// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

extension Delayed {
    /// Whether it holds a task that can leave the process, and no closure.
    var isPortable: Bool {
        let body = Mirror(reflecting: self).children.first { $0.label == "body" }?.value
        return body.flatMap { Mirror(reflecting: $0).children.first?.label } == "portable"
    }
}
