// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A small struct that is its bytes, to a process of the same build.
struct Particle: Codable, Equatable {
    var id: Int
    var x: Double
    var y: Double
    var isCharged: Bool

    static func many(_ count: Int) -> [Particle] {
        (0..<count).map { Particle(id: $0, x: Double($0) / 7, y: -Double($0) / 3, isCharged: $0.isMultiple(of: 2)) }
    }
}

/// A small struct that nobody can copy as bytes.
struct City: Codable, Equatable {
    var name: String
    var population: Int
    var latitude: Double
    var mayor: String?

    static func many(_ count: Int) -> [City] {
        (0..<count)
            .map {
                City(
                    name: "city \($0)",
                    population: $0 * 31,
                    latitude: Double($0) / 997,
                    mayor: $0 % 3 == 0 ? nil : "mayor \($0)"
                )
            }
    }
}

/// The task of two integers.
struct Sum: Codable, Equatable {
    var left: Int
    var right: Int
}
