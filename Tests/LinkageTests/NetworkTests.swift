// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestProcesses
import Testing

/// What only a program has in it that talks with other hosts; whether or not the package is built with the trait TCP.
@Suite("Networks and TLS", .timeLimit(.minutes(1)))
struct NetworkTests {
    /// Of the libraries that the trait brings: names of their modules and of the C in them, which are in the names of symbols.
    private static let names = [
        "NIOCore", "NIOPosix", "NIOSSL", "CNIOBoringSSL", "CCryptoBoringSSL", "SwiftASN1", "X509",
    ]

    private func namesInside(_ program: String) throws -> [String] {
        let bytes = try Data(contentsOf: BuildProducts.program(program), options: .alwaysMapped)
        return Self.names.filter { bytes.range(of: Data($0.utf8)) != nil }
    }

    @Test(
        "are in no program that does not import JoblibTCP",
        arguments: ["joblib-wordcount", "joblib-speedup", "linkage-probe"]
    )
    func absent(program: String) throws {
        #expect(try self.namesInside(program) == [])
    }

    /// Else a misspelled name would pass.
    @Test("are in joblib-hosts, where the trait is on")
    func present() throws {
        #if TCP
        let expected = Self.names
        #else
        let expected: [String] = []
        #endif
        #expect(try self.namesInside("joblib-hosts") == expected)
    }
}
