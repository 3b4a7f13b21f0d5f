// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftParser
import SwiftSyntax

/// A parameter of a function, and the stored value of the task that stands for it.
struct PortableParameter {
    /// As it is written at the call; `_` if nothing is.
    let label: String

    /// The name of the stored value.
    let name: String

    /// Its type, as the function writes it.
    let type: TypeSyntax

    let defaultValue: ExprSyntax?

    /// - Parameters:
    ///   - parameter: The parameter.
    ///   - position: Which it is, from 1: its name where its own cannot be that of a stored value.
    ///   - function: The function's name.
    init(_ parameter: FunctionParameterSyntax, position: Int, of function: String) {
        let inner = (parameter.secondName ?? parameter.firstName).text.withoutBackticks
        let isTaken = ["run", function].contains(inner) || !inner.isValidSwiftIdentifier(for: .variableName)
        self.label = parameter.firstName.text
        self.name = isTaken ? "argument\(position)" : inner
        self.type = parameter.type.storable
        self.defaultValue = parameter.defaultValue?.value.trimmed
    }

    /// The parameter, as an initialiser or a function has it.
    ///
    /// - Parameters:
    ///   - type: Its type there.
    ///   - defaultValue: Its default there.
    /// - Returns: The text of it.
    func declaration(type: TypeSyntax, defaultValue: ExprSyntax?) -> String {
        let names = self.label == self.name ? self.name : "\(self.label) \(self.name)"
        return "\(names): \(type)" + (defaultValue.map { " = \($0)" } ?? "")
    }

    /// The value in a call.
    ///
    /// - Parameter value: What is passed.
    /// - Returns: It, behind the label if there is one.
    func argument(_ value: String) -> String {
        self.label == "_" ? value : "\(self.label): \(value)"
    }
}

extension String {
    /// An identifier as it is called.
    var withoutBackticks: String {
        self.count > 2 && self.hasPrefix("`") && self.hasSuffix("`") ? String(self.dropFirst().dropLast()) : self
    }
}

extension TypeSyntax {
    /// The type without what only a parameter or a result can have: `consuming`, `sending`, attributes, `!`.
    var storable: TypeSyntax {
        if let attributed = self.as(AttributedTypeSyntax.self) { return attributed.baseType.storable }
        if let unwrapped = self.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) {
            return TypeSyntax(OptionalTypeSyntax(wrappedType: unwrapped.wrappedType.trimmed))
        }
        return self.trimmed
    }
}
