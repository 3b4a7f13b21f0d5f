// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
public import JoblibCore

/// Turns `Codable` values into JSON and back, for whoever wants to read what travels.
///
/// Floating-point numbers arrive as they were, -0.0 and the infinities included; of a NaN, which JSON can only name, neither sign
/// nor payload arrives. JSON has one `null`: an optional that is there and holds nothing arrives as one that is not there.
public struct JSONCoder: TaskCoder {
    private static let (infinity, minusInfinity, nan) = ("Infinity", "-Infinity", "NaN")

    /// Makes a coder; all are alike.
    public init() {}

    /// Encodes a value as text, with its keys in alphabetical order.
    ///
    /// - Parameter value: Any value, also one that is no object and no array.
    /// - Returns: The text in UTF-8.
    /// - Throws: What the value's `encode(to:)` throws; `EncodingError`, which names the path, for what JSON cannot say.
    public func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: Self.infinity,
            negativeInfinity: Self.minusInfinity,
            nan: Self.nan
        )
        return [UInt8](try encoder.encode(value))
    }

    /// Decodes a value.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - bytes: The text in UTF-8, all of it.
    /// - Returns: The value.
    /// - Throws: What the value's `init(from:)` throws; `DecodingError`, which names the path, for text that makes no value.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: Self.infinity,
            negativeInfinity: Self.minusInfinity,
            nan: Self.nan
        )
        return try decoder.decode(type, from: Data(bytes))
    }
}

extension TaskCoder where Self == JSONCoder {
    /// JSON, for whoever wants to read what travels.
    public static var json: JSONCoder { JSONCoder() }
}
