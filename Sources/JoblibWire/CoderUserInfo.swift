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

/// What a coder tells the values that it codes, made once.
enum CoderUserInfo {
    // SAFETY: a constant that holds a Bool.
    @safe nonisolated(unsafe) static let trusting: [CodingUserInfoKey: Any] = [.sharesMemory: true]
}
