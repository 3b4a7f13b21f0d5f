// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// A value that is coded by a coder of its own, whatever coder the rest of its task has; joblib's `wrap_non_picklable_objects`.
///
/// What is written is the name of the coder's type and what the coder makes of the value. Whoever reads it makes a coder by that
/// name and with `init()`, so what the coder that is given writes must be what such a one reads.
public struct Encoded<Value: Codable & Sendable>: Sendable {
    /// What is coded.
    public let value: Value

    private let coder: any TaskCoder

    /// Wraps a value.
    ///
    /// - Parameters:
    ///   - value: What is coded.
    ///   - coder: What codes it, such as `.json` of the module `JoblibJSON`; its type must have a name that another process can find
    ///     it by, so neither it nor a generic argument of it is private or declared inside of a function.
    public init(_ value: Value, with coder: some TaskCoder) {
        self.value = value
        self.coder = coder
    }
}

extension Encoded: Codable {
    private enum CodingKeys: CodingKey { case coder, bytes }

    /// Writes the coder's name and what it makes of the value.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the coder throws; `EncodingError` if its type has no name that another process can find it by.
    public func encode(to encoder: any Encoder) throws {
        guard let name = CoderName.name(of: type(of: self.coder)) else {
            throw EncodingError.invalidValue(
                self.value,
                EncodingError.Context(
                    codingPath: encoder.codingPath,
                    debugDescription:
                        "its coder is a \(type(of: self.coder)), which another process cannot find by its name"
                )
            )
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .coder)
        try container.encode(self.coder.encode(self.value), forKey: .bytes)
    }

    /// Finds the coder by its name and has it read the value.
    ///
    /// - Parameter decoder: Where from.
    /// - Throws: What the coder throws; `DecodingError` if there is no such coder, if the bytes are none of its own, or if too many
    ///   values of this kind are inside of each other.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .coder)
        guard let type = CoderName.coderType(named: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .coder,
                in: container,
                debugDescription: "this program has no coder named '\(name.prefix(CoderName.maximumLength))'"
            )
        }
        let depth = EncodedNesting.depth + 1
        guard depth <= EncodedNesting.limit else {
            throw DecodingError.dataCorruptedError(
                forKey: .bytes,
                in: container,
                debugDescription:
                    "more than \(EncodedNesting.limit) values with coders of their own are inside of each other"
            )
        }
        let bytes = try container.decode([UInt8].self, forKey: .bytes)
        let coder = type.init()
        do {
            self.value = try EncodedNesting.$depth.withValue(depth) { try coder.decode(Value.self, from: bytes[...]) }
        } catch let error as DecodingError {
            throw error.inside(container.codingPath + [CodingKeys.bytes], of: type)
        }
        self.coder = coder
    }
}

/// How many values with coders of their own are inside of each other.
private enum EncodedNesting {
    /// Each coder limits the depth of its own value alone, and all of them share the stack.
    static let limit = 8

    @TaskLocal static var depth = 0
}

extension DecodingError {
    /// The same error as seen from outside of the value that has a coder of its own.
    fileprivate func inside(_ path: [any CodingKey], of coder: any TaskCoder.Type) -> DecodingError {
        func outer(_ context: Context, _ text: String? = nil) -> Context {
            Context(
                codingPath: path + context.codingPath,
                debugDescription: text ?? context.debugDescription,
                underlyingError: context.underlyingError
            )
        }
        switch self {
        case .typeMismatch(let type, let context): return .typeMismatch(type, outer(context))
        case .valueNotFound(let type, let context): return .valueNotFound(type, outer(context))
        case .keyNotFound(let key, let context): return .keyNotFound(key, outer(context))
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            let text = "damaged, or a payload of another codec than \(coder): \(context.debugDescription)"
            return .dataCorrupted(outer(context, text))
        case .dataCorrupted(let context): return .dataCorrupted(outer(context))
        @unknown default: return self
        }
    }
}
