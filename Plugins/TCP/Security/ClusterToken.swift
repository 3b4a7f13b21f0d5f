// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
public import JoblibCore

/// The secret that the programs of a cluster share: whoever has it belongs to the cluster, and nobody else does.
///
/// Tokens are generated, never made up. Everyone who reaches a port of the cluster can try tokens against what is said there, at
/// home and as fast as they like; 32 random bytes are out of their reach, a word of a person's is not. Print one, and keep it where
/// ``init(fromFile:)`` and the environment variable `JOBLIB_TOKEN_FILE` find it:
///
/// ```
/// print(ClusterToken.generate().secretText)
/// ```
///
/// A token never travels, not even encrypted: keys are derived from it at each end. Neither descriptions nor `Mirror` show it, but its
/// ``fingerprint``.
public struct ClusterToken: Sendable, Equatable {
    /// How many random bytes it has.
    private static let byteCount = 32

    // The memory is overwritten when it is freed, and compared in constant time.
    private let secret: SymmetricKey

    /// What tells tokens apart without telling anything else of them, such as `"k3v7-q2ma"`; for people to compare.
    public let fingerprint: String

    init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a token has \(Self.byteCount) bytes")
        self.init(SymmetricKey(data: bytes))
    }

    private init(_ secret: SymmetricKey) {
        self.secret = secret
        let text = Base32.text(Self.derive(5, for: "fingerprint", from: secret))
        self.fingerprint = "\(text.prefix(4))-\(text.suffix(4))"
    }

    /// Makes a token of 32 random bytes of the system.
    public static func generate() -> ClusterToken { ClusterToken(SymmetricKey(size: .bits256)) }

    /// Returns bytes that follow from the token, for one purpose, and from which it does not follow.
    ///
    /// - Parameters:
    ///   - byteCount: How many.
    ///   - purpose: Other purposes have bytes that are independent of these.
    /// - Returns: The bytes, HKDF with SHA-256.
    func derive(_ byteCount: Int, for purpose: String) -> [UInt8] {
        Self.derive(byteCount, for: purpose, from: self.secret)
    }

    private static func derive(_ byteCount: Int, for purpose: String, from secret: SymmetricKey) -> [UInt8] {
        let key = HKDF<SHA256>
            .deriveKey(
                inputKeyMaterial: secret,
                salt: Array("swift-joblib cluster 1".utf8),
                info: Array(purpose.utf8),
                outputByteCount: byteCount
            )
        return unsafe key.withUnsafeBytes { unsafe Array($0) }
    }
}

// MARK: - Text

extension ClusterToken {
    /// What every token begins with, for people, and for programs that search files for secrets.
    private static let prefix = "jlt1_"
    private static let checksumByteCount = 4

    /// The token as text, which **is the secret**: print it nowhere but where it is kept.
    ///
    /// `jlt1_`, and 58 lower-case letters and digits.
    public var secretText: String {
        let bytes = unsafe self.secret.withUnsafeBytes { unsafe Array($0) }
        return Self.prefix + Base32.text(bytes + Self.checksum(of: bytes))
    }

    /// Reads a token.
    ///
    /// - Parameter text: What ``secretText`` says, to the letter.
    /// - Throws: ``ParallelError`` with the code `.invalidToken` for everything else; it does not show the text.
    public init(_ text: String) throws(ParallelError) {
        try self.init(text, from: "a token")
    }

    init(_ text: String, from source: String) throws(ParallelError) {
        guard text.hasPrefix(Self.prefix) else {
            let fault =
                text.lowercased().hasPrefix(Self.prefix)
                ? "has capital letters, and tokens have none" : "does not begin with \(Self.prefix)"
            throw .invalidToken("\(source) \(fault); \(Self.remedy)")
        }
        let digits = text.dropFirst(Self.prefix.count)
        let digitCount = Base32.digitCount(forBytes: Self.byteCount + Self.checksumByteCount)
        guard digits.utf8.count == digitCount else {
            throw .invalidToken(
                "\(source) has \(digits.utf8.count) characters behind \(Self.prefix) in place of \(digitCount); \(Self.remedy)"
            )
        }
        guard let bytes = Base32.bytes(digits) else {
            throw .invalidToken(
                "\(source) has characters that tokens do not have, which are a to z and 2 to 7; \(Self.remedy)"
            )
        }
        let secret = Array(bytes.prefix(Self.byteCount))
        guard bytes.suffix(Self.checksumByteCount).elementsEqual(Self.checksum(of: secret)) else {
            throw .invalidToken("\(source) has a wrong checksum, so it is mistyped or made up; \(Self.remedy)")
        }
        self.init(bytes: secret)
    }

    private static let remedy =
        "copy all of one that was generated, by joblib-worker token new or print(ClusterToken.generate().secretText)"

    private static func checksum(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        Array(SHA256.hash(data: Array("swift-joblib token checksum 1".utf8) + bytes)).prefix(self.checksumByteCount)
    }
}

// MARK: - Redaction

extension ClusterToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The fingerprint.
    public var description: String { "ClusterToken(\(self.fingerprint))" }

    /// The fingerprint.
    public var debugDescription: String { self.description }

    /// The fingerprint, and no child that holds the secret.
    public var customMirror: Mirror { Mirror(self, children: ["fingerprint": self.fingerprint], displayStyle: .struct) }
}

#endif
