// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibCluster
import JoblibCore
import Testing

@testable import JoblibTCP

@Suite(.timeLimit(.minutes(1)))
struct ClusterTokenTests {
    /// Of the bytes 0 to 31; computed by another program, from RFC 4648, RFC 5869 and SHA-256.
    static let known = "jlt1_aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypqlbsjzq"

    @Test("A token is its text, and a generated one is read back")
    func roundTrip() throws {
        let token = ClusterToken.generate()
        let text = token.secretText
        #expect(text.hasPrefix("jlt1_"))
        #expect(text.count == 63)
        #expect(try ClusterToken(text) == token)
        #expect(ClusterToken.generate() != token)
    }

    @Test("The line that the documents show prints a token")
    func printing() async throws {
        let result = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                print(ClusterToken.generate().secretText)
            }
        )
        let lines = String(decoding: result.standardOutputContent, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains { (try? ClusterToken(String($0))) != nil })
    }

    @Test("What follows from a token is the same everywhere")
    func derivation() throws {
        let token = try ClusterToken(Self.known)
        #expect(token == ClusterToken(bytes: Array(0..<32)))
        #expect(token.secretText == Self.known)
        #expect(token.fingerprint == "m3un-cyzv")
        let key = token.derive(32, for: "authority key 0").map { String(format: "%02x", $0) }.joined()
        #expect(key == "7115e55ca7429bc1b9f4c21eabc5758385e945d2a68b5d3abc092cc5dfb246c4")
    }

    @Test(
        "S11: what people make up is refused, with the remedy and without the text",
        arguments: [
            "hunter2", "", "jlt1_", "password-password-password-password-password-password-password",
            "jlt2_" + known.dropFirst(5),
            known.uppercased(), "JLT1_" + known.dropFirst(5), "jlt1_" + known.dropFirst(5).uppercased(), " " + known,
            known + " ",
            known + "\n", String(known.dropLast()), known + "a", "jlt1_" + String(repeating: "a", count: 58),
            "jlt1_" + String(repeating: "1", count: 58), "jlt1_" + String(repeating: "é", count: 29),
        ]
    )
    func madeUp(text: String) throws {
        let error = try #require(throws: ParallelError.self) { try ClusterToken(text) }
        #expect(error.code == .invalidToken)
        #expect(error.detail.contains("ClusterToken.generate()"))
        #expect(text.count < 6 || !error.description.contains(text))
    }

    @Test("One wrong character anywhere is refused")
    func mistyped() {
        let text = Array(Self.known)
        for position in 5..<text.count {
            for digit in "abcdefghijklmnopqrstuvwxyz234567" where digit != text[position] {
                var wrong = text
                wrong[position] = digit
                #expect(throws: ParallelError.self) { try ClusterToken(String(wrong)) }
            }
        }
    }

    @Test("S10: nothing that describes a token shows it")
    func redaction() throws {
        let token = ClusterToken.generate()
        var texts = [
            "\(token)", String(reflecting: token), String(reflecting: [token]), "\(BackendParameter.token(token))",
            "\(Mirror(reflecting: token).children.map { "\($0)" })",
        ]
        var dumped = ""
        dump([token], to: &dumped)
        dump(BackendParameter.token(token), to: &dumped)
        dump(try ClusterTLS(token, .host), to: &dumped)
        texts.append(dumped)
        let secret = token.secretText
        for text in texts {
            #expect(!text.contains(secret.dropFirst(5)))
            #expect(!text.contains("SecureBytes") && !text.contains("SymmetricKey"))
        }
        #expect(texts[0] == "ClusterToken(\(token.fingerprint))")
    }
}

#endif
