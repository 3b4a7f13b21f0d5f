// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Returns a number with a fixed count of digits after the point, whatever the locale.
func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * scale).rounded()
    // Beyond 2⁵³ a Double has no digits left to round.
    guard scaled.magnitude < 0x1p53 else { return "\(value)" }
    let digits = padded("\(Int(scaled.magnitude))", width: decimals + 1, with: "0")
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
}

/// Returns the nearest number that has no more than a few digits that matter.
func significant(_ value: Double, digits: Int) -> Double {
    guard value != 0 else { return 0 }
    let exponent = Int(value.magnitude.decimalLogarithm.rounded(.down)) - digits + 1
    // Powers of ten from 0 on are exact, those below are not.
    if exponent >= 0 {
        let power = Double(powerOfTen: exponent)
        return (value / power).rounded() * power
    }
    let power = Double(powerOfTen: -exponent)
    return (value * power).rounded() / power
}

/// Returns a whole number with a comma before every three digits.
func grouped(_ value: Int) -> String {
    var groups: [Substring] = []
    var digits = "\(value.magnitude)"[...]
    while digits.count > 3 {
        groups.insert(digits.suffix(3), at: 0)
        digits = digits.dropLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}

/// Returns a count with its noun, in the plural unless it is one.
func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// Returns a text filled on the left to a width.
func padded(_ text: String, width: Int, with filler: Character = " ") -> String {
    String(repeating: filler, count: max(0, width - text.count)) + text
}
