// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Values at indices that stay the same, and are used again once a value is taken out.
///
/// A value is changed where it is. One that is taken out stays until its index is used again, so it should hold nothing then.
struct Slab<Element> {
    private var elements: [Element] = []
    private var vacant: [Int] = []

    var count: Int { self.elements.count - self.vacant.count }

    mutating func insert(_ element: Element) -> Int {
        if let index = self.vacant.popLast() {
            self.elements[index] = element
            return index
        }
        self.elements.append(element)
        return self.elements.count - 1
    }

    mutating func remove(at index: Int) {
        self.vacant.append(index)
    }

    subscript(index: Int) -> Element {
        // By way of a span, since an array hands out a copy, with all that it holds retained.
        @inline(__always) _read { yield self.elements.span[index] }
        @inline(__always) _modify { yield &self.elements[index] }
    }
}
