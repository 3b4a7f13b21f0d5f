// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Elements that leave in the order in which they came.
///
/// An array with a head, which neither keeps what has left nor grows while the queue is never empty.
struct Queue<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { self.head == self.elements.count }

    mutating func push(_ element: Element) {
        self.elements.append(element)
    }

    mutating func pop() -> Element? {
        guard !self.isEmpty else { return nil }
        let element = self.elements[self.head].take()
        self.head += 1
        // Rarely enough that the moves cost less than one for each element.
        if self.head > 64, self.head * 2 > self.elements.count {
            self.elements.removeFirst(self.head)
            self.head = 0
        }
        return element
    }
}

extension Queue: Sendable where Element: Sendable {}
