// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How all tasks get the one array.
enum Sharing: String, CaseIterable, Hashable, Sendable {
    /// As an ordinary array, which is shared by itself where tasks are sent to other processes.
    case automatic

    /// As an ordinary array, with that turned off.
    case off

    /// As an array that was made to be shared.
    case sharedArray = "SharedArray"

    /// What the picture says of it.
    var legend: String {
        switch self {
        case .automatic: "[Double], shared automatically"
        case .off: "[Double], sharing off"
        case .sharedArray: "SharedArray<Double>"
        }
    }
}
