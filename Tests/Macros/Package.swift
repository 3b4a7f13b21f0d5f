// swift-tools-version: 6.3
// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

// A package of its own, so that the tests of the library build swift-syntax once, for the macro, and not for its tests too.
let package = Package(
    name: "swift-joblib-macro-tests",
    dependencies: [
        .package(name: "swift-joblib", path: "../.."),
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
    ],
    targets: [
        // The sources of the plugin, by a symbolic link that `link-plugin` makes: a macro is no product that another package could
        // import, and not every copy of a repository keeps links.
        .target(
            name: "MacroExpansion",
            dependencies: [
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
            ],
            exclude: ["JoblibMacrosPlugin.swift"]
        ),
        .testTarget(
            name: "MacroExpansionTests",
            dependencies: [
                "MacroExpansion",
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacroExpansion", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacrosGenericTestSupport", package: "swift-syntax"),
            ]
        ),

        // A library whose public functions are portable, and what uses it and has its own.
        .target(
            name: "PortableFunctions",
            dependencies: [
                .product(name: "Joblib", package: "swift-joblib"),
                .product(name: "JoblibMacros", package: "swift-joblib"),
            ]
        ),
        .testTarget(
            name: "PortableFunctionsTests",
            dependencies: [
                "PortableFunctions",
                .product(name: "Joblib", package: "swift-joblib"),
                .product(name: "JoblibMacros", package: "swift-joblib"),
            ]
        ),
    ]
)

// As strict as the library and its users can be, so that nothing that the macro writes makes a warning there.
for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
