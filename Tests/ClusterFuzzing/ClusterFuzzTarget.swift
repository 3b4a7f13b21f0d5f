// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What bytes of strangers and of other hosts are read by, and what has to hold whatever they are.
///
/// Public, and a product, since the fuzzer is a package of its own; nobody else has any use for it.
public struct ClusterFuzzTarget: Sendable {
    /// What reads the bytes.
    public let name: String

    /// Bytes to begin with: good ones, and the same cut, doubled, and promising more than there is.
    public let seeds: [[UInt8]]

    /// Reads bytes, and ends the process where something does not hold.
    public let examine: @Sendable (ArraySlice<UInt8>) -> Void

    /// All of them, in an order that kept files depend on: new ones come last.
    public static let all: [ClusterFuzzTarget] = [.greetingFrame, .greetingMachine, .frames, .hostParameters]
}

/// Ends the process unless something holds.
func hold(_ condition: Bool, _ claim: @autoclosure () -> String) {
    if !condition { fatalError("it does not hold: \(claim())") }
}

/// Ends the process unless a text can be shown on a terminal and is no longer than so many scalars and an ellipsis.
func holdPrintable(_ text: String, atMost count: Int) {
    hold(
        text.unicodeScalars.count <= count + 1,
        "a text has at most \(count) scalars, this one \(text.unicodeScalars.count)"
    )
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            fatalError("\(scalar.value) is shown on a terminal")
        default: break
        }
    }
}

extension [UInt8] {
    /// The same, and what becomes of it on the way: cut, doubled, with a length before it that is nothing, too much, or the most there is.
    var variants: [[UInt8]] {
        let lengths: [[UInt8]] = [
            [0, 0, 0, 0], [0, 0x10, 0, 0], [0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff],
        ]
        return [self, Array(self.prefix(self.count / 2)), Array(self.dropLast()), self + self]
            + lengths.map { $0 + self.dropFirst(4) }
    }

    /// The same, with the most that a count can be in place of one byte after the other, for the first few.
    var promises: [[UInt8]] {
        self.indices.prefix(16)
            .map { place in
                Array(self[..<place]) + [UInt8](repeating: 0xff, count: 9) + Array(self[(place + 1)...])
            }
    }

    /// The pieces of a size, the last of which may be shorter.
    func pieces(of size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: self.count, by: size).map { self[$0..<Swift.min($0 + size, self.count)] }
    }
}
