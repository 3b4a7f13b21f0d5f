// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// What goes wrong with a task, and on which part of its way; loky's crash cases.
enum Fault: String, CaseIterable, Codable, Sendable {
    case encodingThrows
    case decodingThrows, decodingExits, decodingTraps, decodingSegfaults, decodingIsKilled
    case runningThrows, runningExits, runningTraps, runningSegfaults, runningIsKilled
    case resultEncodingThrows, resultEncodingExits, resultEncodingTraps, resultEncodingSegfaults, resultEncodingIsKilled
    case resultDecodingThrows

    /// The parts of a task's way.
    enum Place: String {
        case encoding, decoding, running, resultEncoding, resultDecoding
    }

    /// Goes wrong, if this is the place.
    func happen(_ place: Place) throws {
        guard self.rawValue.hasPrefix(place.rawValue) else { return }
        switch self.rawValue.dropFirst(place.rawValue.count) {
        case "Throws": throw Mishap.text(self.rawValue)
        case "Exits": exit(3)
        case "Traps": Crash.outOfBounds.happen()
        case "Segfaults": Crash.null.happen()
        case "IsKilled": kill(getpid(), SIGKILL)
        default: break
        }
    }

    /// Whether it ends a process.
    var endsWorker: Bool { !self.rawValue.hasSuffix("Throws") }

    /// The reason of the task's failure.
    var reason: TaskFailure.Reason {
        switch self {
        case .encodingThrows, .resultEncodingThrows: .notEncodable
        case .decodingThrows, .resultDecodingThrows: .notDecodable
        case .runningThrows: .threw
        case .decodingExits, .runningExits, .resultEncodingExits: .exited(code: 3)
        case .decodingTraps, .runningTraps, .resultEncodingTraps: .terminated(signal: SIGILL)
        case .decodingSegfaults, .runningSegfaults, .resultEncodingSegfaults: .terminated(signal: SIGSEGV)
        case .decodingIsKilled, .runningIsKilled, .resultEncodingIsKilled: .quarantined(signal: SIGKILL)
        }
    }
}

/// A task that misbehaves on its way to the worker, in it, or on the way back.
struct Travelling: PortableTask {
    var value: Int
    var fault: Fault?

    /// What makes it no plain bytes, which travel as they are.
    var name = "luggage"

    init(value: Int, fault: Fault?) {
        self.value = value
        self.fault = fault
    }

    func run() throws -> Parcel {
        try self.fault?.happen(.running)
        return Parcel(value: self.value, fault: self.fault)
    }

    private enum CodingKeys: CodingKey { case value, fault }

    func encode(to encoder: any Encoder) throws {
        try self.fault?.happen(.encoding)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.value, forKey: .value)
        try container.encode(self.fault, forKey: .fault)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.value = try container.decode(Int.self, forKey: .value)
        self.fault = try container.decode(Fault?.self, forKey: .fault)
        try self.fault?.happen(.decoding)
    }
}

/// A result that misbehaves on its way back.
struct Parcel: Codable, Sendable {
    var value: Int
    var fault: Fault?
    var name = "luggage"

    init(value: Int, fault: Fault?) {
        self.value = value
        self.fault = fault
    }

    private enum CodingKeys: CodingKey { case value, fault }

    func encode(to encoder: any Encoder) throws {
        try self.fault?.happen(.resultEncoding)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.value, forKey: .value)
        try container.encode(self.fault, forKey: .fault)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.value = try container.decode(Int.self, forKey: .value)
        self.fault = try container.decode(Fault?.self, forKey: .fault)
        try self.fault?.happen(.resultDecoding)
    }
}
