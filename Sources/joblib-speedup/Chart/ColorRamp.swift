// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Colours for an ordered quantity, from dark to light, told apart by lightness alone if need be.
///
/// The stops are samples of the maps viridis and plasma of matplotlib (CC0), which were designed for colour-blind
/// readers. The lightest part of each is left out: it would vanish on white.
struct ColorRamp: Hashable, Sendable {
    /// Violet to green.
    static let viridis = ColorRamp(stops: [0x44_0154, 0x47_2D7B, 0x3B_528B, 0x2C_728E, 0x21_918C, 0x28_AE80, 0x5E_C962])

    /// Blue to orange.
    static let plasma = ColorRamp(stops: [0x0D_0887, 0x5C_01A6, 0x9C_179E, 0xCC_4778, 0xED_7953, 0xF8_9540])

    private let stops: [UInt32]

    /// Returns colours that divide the ramp evenly, as hexadecimal text.
    func colors(_ count: Int) -> [String] {
        (0..<count).map { self.color(at: count > 1 ? Double($0) / Double(count - 1) : 0.3) }
    }

    /// Returns the colour at a fraction of the ramp.
    private func color(at fraction: Double) -> String {
        let position = fraction * Double(self.stops.count - 1)
        let index = min(Int(position), self.stops.count - 2)
        let weight = position - Double(index)
        let channels = [16, 8, 0]
            .map { shift in
                let from = Double(self.stops[index] >> UInt32(shift) & 0xFF)
                let to = Double(self.stops[index + 1] >> UInt32(shift) & 0xFF)
                return padded(String(Int((from + (to - from) * weight).rounded()), radix: 16), width: 2, with: "0")
            }
        return "#" + channels.joined()
    }
}
