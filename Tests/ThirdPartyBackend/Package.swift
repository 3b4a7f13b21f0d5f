// swift-tools-version: 6.3
// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

// A stranger: a package that knows the public products of the library and nothing else. `docs/writing-a-backend.md` is
// about it.
let package = Package(
    name: "dispatch-backend",
    products: [.library(name: "DispatchBackend", targets: ["DispatchBackend"])],
    dependencies: [.package(name: "swift-joblib", path: "../..")],
    targets: [
        .target(name: "DispatchBackend", dependencies: [.product(name: "JoblibCore", package: "swift-joblib")]),
        .executableTarget(
            name: "dispatch-conformance",
            dependencies: ["DispatchBackend", .product(name: "JoblibTestKit", package: "swift-joblib")]
        ),
        .testTarget(
            name: "DispatchBackendTests",
            dependencies: ["DispatchBackend", .product(name: "JoblibTestKit", package: "swift-joblib")]
        ),
    ]
)

package.targets += [
    // A library that loops, and never heard of the backend; and a program that brings the two together.
    .target(name: "Smoothing", dependencies: [.product(name: "Joblib", package: "swift-joblib")]),
    .executableTarget(
        name: "smooth-on-dispatch",
        dependencies: ["DispatchBackend", "Smoothing", .product(name: "Joblib", package: "swift-joblib")]
    ),

    // Another stranger: workers in processes that it starts itself, which see bytes only; and a program that runs on them.
    .target(
        name: "PipeBackend",
        dependencies: [
            .product(name: "JoblibCore", package: "swift-joblib"),
            .product(name: "JoblibWorkers", package: "swift-joblib"),
        ]
    ),
    .target(name: "CXXGlobals"),
    .executableTarget(
        name: "pipe-conformance",
        dependencies: ["PipeBackend", .product(name: "JoblibTestKit", package: "swift-joblib")]
    ),
    .testTarget(
        name: "PipeBackendTests",
        dependencies: ["CXXGlobals", "PipeBackend", .product(name: "JoblibTestKit", package: "swift-joblib")]
    ),
    .executableTarget(
        name: "square-on-pipes",
        dependencies: ["CXXGlobals", "PipeBackend", .product(name: "Joblib", package: "swift-joblib")]
    ),
]
package.cxxLanguageStandard = .cxx17
