// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Renders a task's arguments for a person, bounded in length whatever they are.
enum ArgumentText {
    static let maximumLength = 1000

    private static let maximumElements = 20

    static func render(_ arguments: Any...) -> String {
        self.limited(arguments.map(self.renderOne).joined(separator: ", "))
    }

    private static func renderOne(_ argument: Any) -> String {
        switch argument {
        case let text as String:
            // A prefix first: a text of a gigabyte must not be escaped as a whole.
            String(text.prefix(self.maximumLength)).debugDescription
        case let collection as any Collection:
            self.renderCollection(collection)
        default:
            String(describing: argument)
        }
    }

    // `description` of a large array renders every element before anybody can cut it.
    private static func renderCollection(_ collection: some Collection) -> String {
        guard collection.count > self.maximumElements else { return String(describing: collection) }
        let shown = collection.prefix(self.maximumElements).map { String(describing: $0) }
        return "[\(shown.joined(separator: ", ")), … \(collection.count) elements]"
    }

    private static func limited(_ text: String) -> String {
        guard text.count > self.maximumLength else { return text }
        return text.prefix(self.maximumLength - 1) + "…"
    }
}
