// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Testing

@testable import JoblibTCP

@Suite("Objects that are kept by their keys", .timeLimit(.minutes(1)))
struct KeptObjectsTests {
    private final class Thing: Sendable {}

    @Test("What is taken out is taken out, also while somebody looks at it")
    func taken() throws {
        let kept = KeptObjects<Int, Thing>()
        let first = try kept.find(1, make: { Thing() })
        let second = try kept.find(2, make: { Thing() })
        let (looks, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            _ = kept.remove(first, of: 1) { _ in
                looks.signal()
                mayEnd.wait()
                return false
            }
        }
        looks.wait()
        // Whoever does not wait finds it in the other one's hands, and leaves it.
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { mayEnd.signal() }
        let taken = kept.take { $0 == 1 }
        #expect(taken.count == 1 && taken.first === first)
        #expect(try kept.find(1, make: { Thing() }) !== first)
        #expect(try kept.find(2, make: { Thing() }) === second)
        #expect(kept.take { $0 == 3 }.isEmpty)
    }
}

#endif
