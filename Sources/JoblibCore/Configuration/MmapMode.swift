// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How a worker maps a large array that it was not sent a copy of.
///
/// joblib's `mmap_mode`. A word that joblib does not have is kept and refused by ``validate()``, so that a wrong literal
/// is an error of the call and not a trap.
public struct MmapMode: Sendable, Hashable {
    private let word: String?

    /// Mapped for reading; a write is a memory fault (joblib's `"r"`).
    public static let readOnly: MmapMode = "r"

    /// Mapped for reading and writing; every worker sees the writes (joblib's `"r+"`).
    public static let readWrite: MmapMode = "r+"

    /// Made anew, or emptied, and then as ``readWrite`` (joblib's `"w+"`).
    ///
    /// An array that exists already is never emptied.
    public static let create: MmapMode = "w+"

    /// Mapped privately; a worker keeps its writes to itself (joblib's `"c"`).
    public static let copyOnWrite: MmapMode = "c"

    /// Never mapped: every worker is sent a copy (joblib's `None`).
    public static let disabled: MmapMode = MmapMode(word: nil)

    /// Creates a mode from joblib's word.
    ///
    /// - Parameter word: `"r"`, `"r+"`, `"w+"` or `"c"`.
    public init(_ word: String) {
        self.init(word: word)
    }

    /// The mode of an array that exists: joblib, too, turns `"w+"` into `"r+"` for it.
    public var ofExisting: MmapMode { self == .create ? .readWrite : self }

    private init(word: String?) {
        self.word = word
    }

    /// Refuses a word that joblib does not have.
    ///
    /// - Throws: ``ParallelError`` with the code `invalidMmapMode`.
    public func validate() throws(ParallelError) {
        switch self {
        case .readOnly, .readWrite, .create, .copyOnWrite, .disabled:
            return
        default:
            throw ParallelError(
                .invalidMmapMode,
                """
                \(self.description.excerpt) is not a mapping mode; write "r", "r+", "w+", "c" or .disabled
                """
            )
        }
    }
}

// MARK: - Literals

extension MmapMode: ExpressibleByStringLiteral {
    /// Creates a mode from joblib's word.
    ///
    /// - Parameter value: `"r"`, `"r+"`, `"w+"` or `"c"`.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

// MARK: - Description

extension MmapMode: CustomStringConvertible {
    /// The word, or `disabled`.
    public var description: String {
        self.word ?? "disabled"
    }
}
