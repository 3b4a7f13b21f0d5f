// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Greeting {
    /// How many bytes tell a process from every other one.
    package static let processIDByteCount = 16

    /// How many workers a host has at most.
    package static let maximumSlots = 65_536

    /// What cannot be true in it; `nil` if all of it may be.
    var fault: String? {
        guard self.processID.count == Self.processIDByteCount else {
            return "its number has \(self.processID.count) bytes, not \(Self.processIDByteCount)"
        }
        switch self.role {
        case .coordinator, .observer:
            let name = self.role == .coordinator ? "a coordinator" : "an observer"
            return self.slots == 0 ? nil : "\(name) has no workers, and it says \(self.slots)"
        case .host, .tool:
            return 1...Self.maximumSlots ~= self.slots
                ? nil : "a host has 1 to \(Self.maximumSlots) workers, and it says \(self.slots)"
        }
    }

    /// The same, with names that can be shown to people; what is compared was compared before.
    var printable: Greeting {
        var greeting = self
        greeting.identity.program = self.identity.program.printable()
        greeting.name = self.name.printable()
        return greeting
    }
}

extension GreetingRefusal {
    static func malformed(_ detail: String) -> GreetingRefusal { GreetingRefusal(code: .malformed, detail: detail) }
}

extension String {
    /// The text as it can be shown on a terminal, whoever has written it: shortened, and without what moves the cursor or turns text around.
    package func printable(_ maximumCount: Int = 100) -> String {
        let scalars = self.unicodeScalars.prefix(maximumCount)
            .map { scalar -> Unicode.Scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
                default: scalar
                }
            }
        var text = String(String.UnicodeScalarView(scalars))
        if self.unicodeScalars.count > maximumCount { text += "…" }
        return text
    }
}
