// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A small number in four bytes.
///
/// Records have it in place of an `Int`, since as many of them as possible are to be in a core's cache. What does not fit traps.
@propertyWrapper
struct CompactInt {
    private var value: Int32

    init(wrappedValue: Int) {
        self.value = Int32(wrappedValue)
    }

    var wrappedValue: Int {
        get { Int(self.value) }
        set { self.value = Int32(newValue) }
    }
}

/// The index of a record, or none, in four bytes: an `Int?` takes sixteen.
@propertyWrapper
struct CompactIndex {
    /// -1 is none.
    private var value: Int32

    init(wrappedValue: Int?) {
        self.value = wrappedValue.map { Int32($0) } ?? -1
    }

    var wrappedValue: Int? {
        get { self.value < 0 ? nil : Int(self.value) }
        set { self.value = newValue.map { Int32($0) } ?? -1 }
    }
}
