// swift-tools-version: 6.3
// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

// As the driver compiles the C++ peers: all contenders call the same functions, made with the same options.
let native: [String] = ["-O3", "-march=native"]

// A package of its own, so that what is measured against stays out of the library's dependencies.
let package = Package(
    name: "swift-joblib-benchmarks",
    dependencies: [
        .package(name: "swift-joblib", path: "../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        // What is measured, and the talk between the driver and a program of contenders.
        .target(
            name: "Work",
            path: "Peers/Work",
            cSettings: [.unsafeFlags(native)],
            linkerSettings: [.linkedLibrary("m")]
        ),
        .target(name: "ContenderProtocol", dependencies: ["Work"]),

        // Contenders that SwiftPM builds; the driver builds the others.
        .executableTarget(
            name: "our-contenders",
            dependencies: ["ContenderProtocol", "Work", .product(name: "Joblib", package: "swift-joblib")],
            path: "Sources/OurContenders"
        ),
        .executableTarget(
            name: "swift-peers",
            dependencies: ["ContenderProtocol", "Work"],
            path: "Peers/SwiftPeers"
        ),
        .executableTarget(
            name: "limits",
            dependencies: ["Work"],
            path: "Peers/Limits",
            cxxSettings: [.headerSearchPath("../Native"), .unsafeFlags(native)]
        ),

        // What comes of the figures, without effects; and the driver.
        .target(name: "BenchmarkReport"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "BenchmarkReport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .testTarget(name: "BenchmarkReportTests", dependencies: ["BenchmarkReport"]),

        // What following a loop costs, in one process.
        .executableTarget(
            name: "progress-cost",
            dependencies: [.product(name: "Joblib", package: "swift-joblib")],
            path: "Sources/ProgressCost"
        ),

        // What the codec costs, beside Foundation's.
        .executableTarget(
            name: "codec-cost",
            dependencies: [.product(name: "JoblibWire", package: "swift-joblib")],
            path: "Sources/CodecCost"
        ),
    ],
    cxxLanguageStandard: .cxx17
)
