// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Errors as text, of a length that can be read.
///
/// What cannot be encoded or decoded is described with the whole way to it, which for a list of a thousand links is as long.
enum ErrorText {
    /// How many keys are shown at either end of a way that is longer than both.
    private static let shown = 4

    /// How deep errors inside of errors are looked at.
    private static let deepest = 8

    static func text(_ error: any Error) -> String { "\(self.shortened(error, depth: 0))" }

    private struct Omission: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(count: Int) { self.stringValue = "(\(count) more)" }
        init?(stringValue: String) { nil }
        init?(intValue: Int) { nil }
    }

    private static func shortened(_ error: any Error, depth: Int) -> any Error {
        guard depth < self.deepest else { return error }
        switch error {
        case DecodingError.typeMismatch(let type, let context):
            return DecodingError.typeMismatch(type, self.shortened(context, depth))
        case DecodingError.valueNotFound(let type, let context):
            return DecodingError.valueNotFound(type, self.shortened(context, depth))
        case DecodingError.keyNotFound(let key, let context):
            return DecodingError.keyNotFound(key, self.shortened(context, depth))
        case DecodingError.dataCorrupted(let context):
            return DecodingError.dataCorrupted(self.shortened(context, depth))
        case EncodingError.invalidValue(let value, let context):
            let shortened = EncodingError.Context(
                codingPath: self.shortened(context.codingPath),
                debugDescription: context.debugDescription,
                underlyingError: context.underlyingError.map { self.shortened($0, depth: depth + 1) }
            )
            return EncodingError.invalidValue(value, shortened)
        default: return error
        }
    }

    private static func shortened(_ context: DecodingError.Context, _ depth: Int) -> DecodingError.Context {
        DecodingError.Context(
            codingPath: self.shortened(context.codingPath),
            debugDescription: context.debugDescription,
            underlyingError: context.underlyingError.map { self.shortened($0, depth: depth + 1) }
        )
    }

    private static func shortened(_ path: [any CodingKey]) -> [any CodingKey] {
        let omitted = path.count - 2 * self.shown
        guard omitted > 1 else { return path }
        return path.prefix(self.shown) + [Omission(count: omitted)] + path.suffix(self.shown)
    }
}
