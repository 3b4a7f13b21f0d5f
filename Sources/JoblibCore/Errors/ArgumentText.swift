// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Renders a task's arguments for a person, bounded in length whatever they are.
enum ArgumentText {
    static let maximumLength = 1000

    private static let maximumElements = 20

    private static let maximumDepth = 3

    static func render(_ argument: Any) -> String {
        self.render([argument])
    }

    static func render(_ arguments: [Any]) -> String {
        self.limited(arguments.map { self.renderOne($0, depth: 0) }.joined(separator: ", "))
    }

    private static func renderOne(_ argument: Any, depth: Int) -> String {
        guard depth <= self.maximumDepth else { return "…" }
        return switch argument {
        case let text as String:
            // A prefix first: a text of a gigabyte must not be escaped as a whole.
            String(text.prefix(self.maximumLength)).debugDescription
        case is any RangeExpression:
            String(describing: argument)
        case let collection as any Collection:
            self.renderCollection(collection, depth: depth)
        case is any CustomStringConvertible, is any CustomDebugStringConvertible:
            String(describing: argument)
        default:
            self.renderFields(argument, depth: depth)
        }
    }

    // What the standard library would print for a struct, but with its large fields cut short.
    private static func renderFields(_ argument: Any, depth: Int) -> String {
        let mirror = Mirror(reflecting: argument)
        let fields = mirror.children.prefix(self.maximumElements)
            .map { field in
                let value = self.renderOne(field.value, depth: depth + 1)
                guard let label = field.label, !label.hasPrefix(".") else { return value }
                return "\(label): \(value)"
            }
        switch mirror.displayStyle {
        case .struct: return "\(type(of: argument))(\(fields.joined(separator: ", ")))"
        case .tuple: return "(\(fields.joined(separator: ", ")))"
        case .optional: return fields.first ?? "nil"
        default: return String(describing: argument)
        }
    }

    // `description` of a large array renders every element before anybody can cut it.
    private static func renderCollection(_ collection: some Collection, depth: Int) -> String {
        let shown = collection.prefix(self.maximumElements).map { self.renderOne($0, depth: depth + 1) }
        let all = collection.count <= self.maximumElements
        return "[\(shown.joined(separator: ", "))\(all ? "" : ", … \(collection.count) elements")]"
    }

    private static func limited(_ text: String) -> String {
        guard text.count > self.maximumLength else { return text }
        return text.prefix(self.maximumLength - 1) + "…"
    }
}
