// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension CodingUserInfoKey {
    /// `true` in the `userInfo` of the coders whose two sides are processes of one host and of one build that trust each other.
    ///
    /// That is what ``BinaryCoder/Trust/sameBuild`` says. A type may then encode a handle of what the other side can get at by
    /// itself, such as shared memory; and one that decodes follows a handle only then. Other coders have no such entry.
    public static let sharesMemory: CodingUserInfoKey = CodingUserInfoKey(rawValue: "joblib.sharesMemory")!
}

extension CodingUserInfoKey {
    /// The `MmapMode` in the `userInfo` of an encoder whose call asks for one: how a worker is to have memory that it is handed.
    public static let mmapMode: CodingUserInfoKey = CodingUserInfoKey(rawValue: "joblib.mmapMode")!
}

extension CodingUserInfoKey {
    /// The ``ArrayExchange`` in the `userInfo` of the coders that have one whose two sides do not trust each other.
    ///
    /// A type whose memory is large may place it there, and encode the ``ArrayReference``.
    public static let arrayExchange: CodingUserInfoKey = CodingUserInfoKey(rawValue: "joblib.arrayExchange")!
}

/// What a coder tells the values that it codes, made once.
enum CoderUserInfo {
    // SAFETY: a constant that holds a Bool.
    @safe nonisolated(unsafe) static let trusting: [CodingUserInfoKey: Any] = [.sharesMemory: true]

    /// What values are told by a coder.
    static func entries(isTrusted: Bool, _ arrays: (any ArrayExchange)?) -> [CodingUserInfoKey: Any] {
        var entries = isTrusted ? Self.trusting : [:]
        guard let arrays else { return entries }
        if !isTrusted { entries[.arrayExchange] = arrays }
        if let mode = arrays.mmapMode { entries[.mmapMode] = mode }
        return entries
    }
}
