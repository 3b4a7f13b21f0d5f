// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterFuzzing
import JoblibWire

/// A type that bytes are decoded into, and values of it to begin with; or whatever else reads them.
///
/// Only the trust `.none` is looked at. With `.sameBuild` bytes become memory as they are, which is what that trust is for, and why
/// it is for bytes of nobody but a process of this build: hostile bytes are never decoded so.
struct Subject {
    let seeds: () throws -> [[UInt8]]
    private let examine: (ArraySlice<UInt8>) -> Void

    init<T: Codable & Equatable>(_ values: T...) {
        let coder = Self.coder
        self.seeds = { try values.map { try coder.encode($0) } }
        self.examine = { bytes in
            guard let value = try? coder.decode(T.self, from: bytes) else { return }
            // What was decoded is a value like any other: it can be encoded, and comes back as itself.
            do {
                let copy = try coder.decode(T.self, from: coder.encode(value))
                guard copy == value else { fatalError("\(value) comes back as \(copy)") }
            } catch {
                fatalError("\(value) does not come back: \(error)")
            }
        }
    }

    init(_ target: ClusterFuzzTarget) {
        self.seeds = { target.seeds }
        self.examine = target.examine
    }

    private static let coder = {
        var limits = CodingLimits()
        // Some frames of AddressSanitizer are ten times as large as they are without it.
        limits.depth = 64
        limits.byteCount = 1 << 20
        return BinaryCoder(trust: .none, limits: limits)
    }()

    /// The first byte chooses the type, so that bytes of one are tried as another when it changes.
    static func examine(_ input: UnsafeBufferPointer<UInt8>) {
        guard let first = input.first else { return }
        self.all[Int(first) % self.all.count].examine(Array(input.dropFirst())[...])
    }
}
