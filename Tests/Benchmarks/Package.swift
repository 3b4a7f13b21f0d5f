// swift-tools-version: 6.3
// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

// As the driver compiles the C++ peers: all contenders call the same functions, made with the same options.
let native: [String] = ["-O3", "-march=native"]

/// Networks, TLS and certificates, where the trait asks for them.
let network: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["TCP"])),
    .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["TCP"])),
    .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TCP"])),
    .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["TCP"])),
    .product(name: "X509", package: "swift-certificates", condition: .when(traits: ["TCP"])),
    .product(name: "SwiftASN1", package: "swift-asn1", condition: .when(traits: ["TCP"])),
]

// A package of its own, so that what is measured against stays out of the library's dependencies.
let package = Package(
    name: "swift-joblib-benchmarks",
    traits: [
        // Off by default, as there: whoever measures what happens on this machine compiles no network.
        .trait(name: "TCP", description: "Measures workers on other hosts as well.")
    ],
    dependencies: [
        .package(name: "swift-joblib", path: "../..", traits: [.trait(name: "TCP", condition: .when(traits: ["TCP"]))]),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // As the library's; for the trait TCP alone.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
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
            name: "tcp-contenders",
            dependencies: [
                "ContenderProtocol", "Work", .product(name: "Joblib", package: "swift-joblib"),
                .product(name: "JoblibTCP", package: "swift-joblib", condition: .when(traits: ["TCP"])),
            ],
            path: "Sources/TCPContenders"
        ),
        .executableTarget(
            name: "niossl-peers",
            dependencies: ["ContenderProtocol", "Work"] + network,
            path: "Peers/NIOSSLPeers"
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
