// swift-tools-version: 6.3
// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

// A package of its own, since all of it is built with libFuzzer and AddressSanitizer: `run` does that.
let package = Package(
    name: "swift-joblib-fuzz",
    dependencies: [.package(name: "swift-joblib", path: "../..")],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "codec-fuzz",
            dependencies: [
                "CFuzzer", .product(name: "JoblibWire", package: "swift-joblib"),
                .product(name: "_ClusterFuzzing", package: "swift-joblib"),
            ]
        ),
    ]
)
