// swift-tools-version: 6.3
// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import CompilerPluginSupport
import PackageDescription

/// Warnings are errors while this package itself is developed; whoever depends on a tagged version never sees them.
let isDevelopment = Context.gitInformation?.currentTag == nil

/// Networks, TLS and certificates, where the trait asks for them.
let network: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["TCP"])),
    .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["TCP"])),
    .product(name: "NIOTLS", package: "swift-nio", condition: .when(traits: ["TCP"])),
    .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TCP"])),
    .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["TCP"])),
    .product(name: "X509", package: "swift-certificates", condition: .when(traits: ["TCP"])),
    .product(name: "SwiftASN1", package: "swift-asn1", condition: .when(traits: ["TCP"])),
]

let package = Package(
    name: "swift-joblib",
    products: [
        .library(name: "Joblib", targets: ["Joblib"]),
        .library(name: "JoblibCore", targets: ["JoblibCore"]),
        .library(name: "JoblibThreading", targets: ["JoblibThreading"]),
        .library(name: "JoblibMultiprocessing", targets: ["JoblibMultiprocessing"]),
        .library(name: "JoblibLoky", targets: ["JoblibLoky"]),
        .library(name: "JoblibWire", targets: ["JoblibWire"]),
        .library(name: "JoblibWorkers", targets: ["JoblibWorkers"]),
        .library(name: "JoblibSharedMemory", targets: ["JoblibSharedMemory"]),
        .library(name: "JoblibMacros", targets: ["JoblibMacros"]),
        .library(name: "JoblibJSON", targets: ["JoblibJSON"]),
        .library(name: "JoblibTCP", targets: ["JoblibTCP"]),
        .library(name: "JoblibTestKit", targets: ["JoblibTestKit"]),
        // For Tests/Fuzz alone, which is a package of its own.
        .library(name: "_ClusterFuzzing", targets: ["ClusterFuzzing"]),
        .executable(name: "joblib-speedup", targets: ["joblib-speedup"]),
        .executable(name: "joblib-wordcount", targets: ["joblib-wordcount"]),
        .executable(name: "joblib-hosts", targets: ["joblib-hosts"]),
        .executable(name: "joblib-worker", targets: ["joblib-worker"]),
    ],
    traits: [
        // Workers on other hosts. Off by default: whoever wants threads compiles no network and no TLS.
        .trait(name: "TCP", description: "The backend \"tcp\": workers on other hosts, over TLS.")
    ],
    dependencies: [
        // Command lines of the programs; no product that is a library depends on it.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The macro's plugin alone, which no other target depends on: a program without the macro never builds it.
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
        // Networks, TLS and certificates, for the trait TCP alone: without it they are not even resolved.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    ],
    targets: [
        // Platform: the only code that calls libc.
        .target(name: "CJoblibPOSIX"),
        .target(name: "JoblibPOSIX", dependencies: ["CJoblibPOSIX"]),

        // Meaning: the loop, its configuration, and the protocol that backends implement.
        .target(
            name: "JoblibCore",
            dependencies: ["CJoblibPOSIX", "JoblibPOSIX"],
            exclude: ["Execution/README.md"]
        ),

        // Bytes between processes, and what backends whose workers are processes have in common.
        .target(name: "JoblibWire", dependencies: ["JoblibCore"]),
        .target(
            name: "JoblibWorkers",
            dependencies: ["CJoblibPOSIX", "JoblibCore", "JoblibPOSIX", "JoblibSharedMemory", "JoblibWire"]
        ),

        // Arrays that several processes have in their memory, and files of them.
        .target(name: "JoblibSharedMemory", dependencies: ["JoblibCore", "JoblibPOSIX", "JoblibWire"]),

        // What coordinators and hosts decide and say, without a network.
        .target(
            name: "JoblibCluster",
            dependencies: ["JoblibCore", "JoblibPOSIX", "JoblibWire", "JoblibWorkers"]
        ),

        // Another coder, with Foundation, which nothing else here needs.
        .target(name: "JoblibJSON", dependencies: ["JoblibCore"]),

        // Backends: they use public API of the core only.
        .target(name: "JoblibThreading", dependencies: ["JoblibCore", "JoblibPOSIX"], path: "Plugins/Threading"),
        .target(
            name: "JoblibMultiprocessing",
            dependencies: ["JoblibCore", "JoblibPOSIX", "JoblibWire", "JoblibWorkers"],
            path: "Plugins/Multiprocessing"
        ),
        .target(
            name: "JoblibLoky",
            dependencies: ["JoblibCore", "JoblibPOSIX", "JoblibSharedMemory", "JoblibWire", "JoblibWorkers"],
            path: "Plugins/Loky"
        ),

        .target(
            name: "JoblibTCP",
            dependencies: [
                "JoblibCluster", "JoblibCore", "JoblibPOSIX", "JoblibWire", "JoblibWorkers",
            ] + network,
            path: "Plugins/TCP"
        ),

        // The facade that users import.
        .target(
            name: "Joblib",
            dependencies: [
                "CJoblibPOSIX", "JoblibCore", "JoblibLoky", "JoblibMultiprocessing", "JoblibSharedMemory",
                "JoblibThreading", "JoblibWorkers",
            ]
        ),

        // The macro that makes tasks of functions, and the plugin of the compiler that expands it.
        .target(name: "JoblibMacros", dependencies: ["JoblibCore", "JoblibMacrosPlugin"]),
        .macro(
            name: "JoblibMacrosPlugin",
            dependencies: [
                .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
            ]
        ),

        // The conformance kit for backends, with no test framework in it.
        .target(name: "JoblibTestKit", dependencies: ["CJoblibPOSIX", "JoblibCore", "JoblibPOSIX"]),

        // Programs.
        .executableTarget(
            name: "joblib-speedup",
            dependencies: ["Joblib", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),
        .executableTarget(
            name: "joblib-wordcount",
            dependencies: ["Joblib", "WordCount", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),
        .executableTarget(
            name: "joblib-hosts",
            dependencies: [
                "Joblib", "JoblibTCP", "WordCount",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        .executableTarget(
            name: "joblib-worker",
            dependencies: [
                "JoblibCluster", "JoblibCore", "JoblibPOSIX", "JoblibTCP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        // How two of them count words; no product.
        .target(
            name: "WordCount",
            dependencies: ["Joblib", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),

        // Tests mirror the sources.
        .testTarget(name: "JoblibPOSIXTests", dependencies: ["JoblibPOSIX"]),
        .testTarget(name: "JoblibCoreTests", dependencies: ["JoblibCore", "JoblibPOSIX"]),
        .testTarget(name: "JoblibPortableTests", dependencies: ["JoblibCore", "JoblibWire"]),
        .testTarget(name: "JoblibWireTests", dependencies: ["JoblibCore", "JoblibWire"]),
        .testTarget(name: "JoblibJSONTests", dependencies: ["JoblibCore", "JoblibJSON", "JoblibWire"]),
        .testTarget(name: "JoblibThreadingTests", dependencies: ["JoblibCore", "JoblibPOSIX", "JoblibThreading"]),
        .testTarget(
            name: "JoblibMultiprocessingTests",
            dependencies: ["fork-probe", "Joblib", "JoblibPOSIX", "TestProcesses"]
        ),
        .executableTarget(name: "fork-probe", dependencies: ["Joblib"], path: "Tests/ForkProbe"),
        .testTarget(
            name: "JoblibLokyTests",
            dependencies: ["Joblib", "JoblibLoky", "JoblibPOSIX", "loky-probe", "TestProcesses"]
        ),
        .executableTarget(name: "loky-probe", dependencies: ["CLokyProbe", "Joblib"], path: "Tests/LokyProbe"),
        .target(name: "CLokyProbe", path: "Tests/LokyProbeFaults"),
        .testTarget(
            name: "JoblibSharedMemoryTests",
            dependencies: [
                "Joblib", "JoblibJSON", "JoblibPOSIX", "JoblibSharedMemory", "JoblibWire", "shared-probe",
                "TestProcesses",
            ]
        ),
        .executableTarget(name: "shared-probe", dependencies: ["Joblib"], path: "Tests/SharedProbe"),
        .testTarget(
            name: "JoblibClusterTests",
            dependencies: [
                "ClusterFuzzing", "ClusterSimulation", "JoblibCluster", "JoblibCore", "JoblibPOSIX", "JoblibWire",
                "JoblibWorkers",
            ]
        ),
        .target(
            name: "ClusterFuzzing",
            dependencies: ["JoblibCluster", "JoblibCore", "JoblibWorkers"],
            path: "Tests/ClusterFuzzing"
        ),
        .target(name: "ClusterSimulation", dependencies: ["JoblibCluster"], path: "Tests/ClusterSimulation"),
        .executableTarget(
            name: "cluster-simulation",
            dependencies: ["ClusterSimulation", "JoblibCluster"],
            path: "Tests/ClusterSimulationProgram"
        ),
        .executableTarget(
            name: "tcp-probe",
            dependencies: ["Joblib", "JoblibPOSIX", "JoblibTCP"],
            path: "Tests/TCPProbe"
        ),
        .testTarget(
            name: "JoblibTCPTests",
            dependencies: [
                "Joblib", "joblib-hosts", "joblib-wordcount", "joblib-worker", "JoblibCluster", "JoblibPOSIX",
                "JoblibTCP", "JoblibTestKit",
                "JoblibWire", "tcp-probe", "TestProcesses",
                .product(name: "NIOEmbedded", package: "swift-nio", condition: .when(traits: ["TCP"])),
            ] + network
        ),
        .testTarget(name: "JoblibTestKitTests", dependencies: ["Joblib", "JoblibPOSIX", "JoblibTestKit"]),
        .testTarget(name: "JoblibTests", dependencies: ["Joblib", "JoblibTestKit"]),
        .executableTarget(name: "progress-probe", dependencies: ["Joblib"], path: "Tests/ProgressProbe"),
        .testTarget(name: "ProgressTests", dependencies: ["progress-probe", "TestProcesses"]),
        .testTarget(name: "DocumentationTests", dependencies: ["Joblib"]),
        .testTarget(
            name: "ProgramsTests",
            dependencies: [
                "joblib-hosts", "joblib-speedup", "joblib-wordcount", "joblib-worker", "JoblibCluster", "JoblibTCP",
                "WordCount",
            ]
        ),

        // Tests of what the compiler and the linker make of the package.
        .target(name: "TestProcesses", path: "Tests/TestProcesses"),
        .testTarget(
            name: "CompileTests",
            dependencies: ["Joblib", "JoblibTCP", "TestProcesses"],
            exclude: ["Fixtures"]
        ),
        .executableTarget(
            name: "linkage-probe",
            dependencies: ["JoblibCore", "JoblibThreading"],
            path: "Tests/LinkageProbe"
        ),
        .testTarget(
            name: "LinkageTests",
            dependencies: ["joblib-hosts", "joblib-speedup", "joblib-wordcount", "linkage-probe", "TestProcesses"]
        ),
    ]
)

// What is built in a special way for a few of its test targets need not wait for the others: their names, separated by commas.
if let names = Context.environment["JOBLIB_TEST_TARGETS"]?.split(separator: ",") {
    package.targets.removeAll { $0.type == .test && !names.contains(Substring($0.name)) }
}

for target in package.targets where target.type != .plugin {
    var settings = target.swiftSettings ?? []

    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    // A protocol used as a type costs an indirection: spell it out.
    settings.append(.enableUpcomingFeature("ExistentialAny"))

    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    // `.threading` must not appear without the import that provides it.
    settings.append(.enableUpcomingFeature("MemberImportVisibility"))

    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    // `public import` then documents each dependency that leaks into our API.
    settings.append(.enableUpcomingFeature("InternalImportsByDefault"))

    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    // A scope such as `parallelConfig { }` must not leave its caller's executor.
    settings.append(.enableUpcomingFeature("NonisolatedNonsendingByDefault"))

    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
    settings.append(.enableUpcomingFeature("InferIsolatedConformances"))

    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0481-weak-let.md
    settings.append(.enableUpcomingFeature("ImmutableWeakCaptures"))

    if target.type == .regular && target.name != "WordCount" {
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
        // Forces `unsafe` to be written beside every pointer; not in programs, and not in what is a part of two of them.
        settings.append(.strictMemorySafety())
    }

    if isDevelopment {
        settings.append(.treatAllWarnings(as: .error))
    }

    target.swiftSettings = settings
}
