// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder

/// What the task and the twin of a function are written from.
struct PortableFunction {
    /// As it is declared, with backticks if it has them.
    let name: String

    let parameters: [PortableParameter]

    let result: TypeSyntax

    /// `throws`, with the type of the error if there is one.
    let effects: String?

    let isThrowing: Bool

    let isStatic: Bool

    let isNonisolated: Bool

    /// The access level that the function itself states.
    let access: String?

    /// The access level that what is inside of the task has to state.
    let memberAccess: String?

    let availability: [String]

    /// What the function is called by from inside of the task.
    let callee: String

    /// What `Self` means to the function; `nil` at file scope.
    let selfType: String?

    /// - Parameters:
    ///   - function: A function that nothing speaks against; see ``Refusal/all(of:in:)``.
    ///   - surroundings: What it is inside of.
    ///   - module: The module it is declared in.
    init(_ function: FunctionDeclSyntax, in surroundings: Surroundings, module: String?) {
        let signature = function.signature
        let name = function.name.text
        self.name = name
        self.parameters = signature.parameterClause.parameters.enumerated()
            .map { PortableParameter($1, position: $0 + 1, of: name.withoutBackticks) }
        self.result = signature.returnClause?.type.storable ?? "Void"
        let throwing = signature.effectSpecifiers?.throwsClause
        self.effects = throwing?.trimmedDescription
        self.isThrowing = throwing.map { $0.type?.trimmedDescription != "Never" } ?? false
        self.isStatic = function.modifiers.first(of: .static) != nil
        self.isNonisolated = function.modifiers.first(of: .nonisolated) != nil
        self.access = function.modifiers.access
        self.memberAccess = self.access ?? surroundings.defaultAccess
        self.availability = function.attributes.availability
        self.selfType = surroundings.typeName(module: module)
        self.callee = self.selfType.map { "\($0).\(name)" } ?? name.qualified(by: module)
    }

    /// The name of the task's type.
    var taskName: String {
        let name = "__Portable_" + self.name.withoutBackticks
        return name.isValidSwiftIdentifier(for: .variableName) ? name : "`\(name)`"
    }
}
