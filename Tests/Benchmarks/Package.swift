// swift-tools-version: 6.3
// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

// A package of its own, so that what is measured against stays out of the library's dependencies.
let package = Package(
    name: "swift-joblib-benchmarks",
    dependencies: [.package(name: "swift-joblib", path: "../..")],
    targets: [
        .executableTarget(
            name: "LoopBenchmarks",
            dependencies: [.product(name: "Joblib", package: "swift-joblib")]
        )
    ]
)
