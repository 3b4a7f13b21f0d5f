// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftSyntax
import SwiftSyntaxBuilder

extension PortableFunction {
    /// The type whose values are calls of the function.
    var task: DeclSyntax {
        let access = self.memberAccess.map { $0 + " " } ?? ""
        let modifiers = [self.isNonisolated ? "nonisolated" : nil, self.access].compactMap(\.self).map { $0 + " " }
            .joined()
        let attributes = self.availability.map { $0 + "\n" }.joined()
        let result = self.seenFromTask(self.result)
        let effects = self.effects.map { " " + $0 } ?? ""
        let arguments = self.parameters.map { $0.argument("self.\($0.name)") }.joined(separator: ", ")
        let parameters = self.parameters
            .map { $0.declaration(type: self.seenFromTask($0.type), defaultValue: self.defaultInTask(of: $0)) }
            .joined(separator: ", ")
        let stored = self.parameters.map { "\(access)let \($0.name): \(self.seenFromTask($0.type))" }
            .joined(separator: "\n")
        let assignments = self.parameters.map { "self.\($0.name) = \($0.name)\n" }.joined()

        return """
            \(raw: attributes)\(raw: modifiers)struct \(raw: self.taskName): PortableTask {
            \(raw: access)typealias Output = \(result)
            \(raw: access)static var isCodedMemberwise: Bool {
            true
            }

            \(raw: stored.isEmpty ? "" : stored + "\n\n")\(raw: access)init(\(raw: parameters)) {
            \(raw: assignments)}

            \(raw: access)func run()\(raw: effects) -> \(result) {
            \(raw: self.isThrowing ? "try " : "")\(raw: self.callee)(\(raw: arguments))
            }
            }
            """
    }

    /// The default of a parameter of the task's initialiser.
    ///
    /// - Parameter parameter: The parameter.
    /// - Returns: That of the function, if its names mean the same inside of the task. Otherwise none: the twin has it.
    private func defaultInTask(of parameter: PortableParameter) -> ExprSyntax? {
        guard let value = parameter.defaultValue else { return nil }
        let members = Set(self.parameters.map(\.name) + ["run", "encode"])
        let names = NamesOf(value).names
        return names.isDisjoint(with: members) ? self.seenFromTask(value) : nil
    }

    /// Syntax of the function's signature, with what means something else inside of the task spelled out.
    private func seenFromTask<S: SyntaxProtocol>(_ syntax: S) -> S {
        guard let selfType else { return syntax }
        return SelfSpelledOut(as: selfType).rewrite(syntax).cast(S.self)
    }
}

/// The names that an expression looks up where it stands.
private final class NamesOf: SyntaxVisitor {
    private(set) var names: Set<String> = []

    init(_ expression: ExprSyntax) {
        super.init(viewMode: .sourceAccurate)
        self.walk(expression)
    }

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        // What comes after a dot is looked up in what comes before it.
        let isMember = node.parent?.as(MemberAccessExprSyntax.self)?.declName.id == node.id
        if !isMember { self.names.insert(node.baseName.text.withoutBackticks) }
        return .visitChildren
    }
}

/// Writes a type where syntax says `Self`.
private final class SelfSpelledOut: SyntaxRewriter {
    private let type: String

    init(as type: String) {
        self.type = type
        super.init()
    }

    override func visit(_ node: IdentifierTypeSyntax) -> TypeSyntax {
        guard node.name.tokenKind == .keyword(.Self) else { return super.visit(node) }
        return TypeSyntax("\(raw: self.type)").with(\.trailingTrivia, node.trailingTrivia)
    }

    override func visit(_ node: DeclReferenceExprSyntax) -> ExprSyntax {
        guard node.baseName.tokenKind == .keyword(.Self) else { return super.visit(node) }
        return ExprSyntax("\(raw: self.type)").with(\.trailingTrivia, node.trailingTrivia)
    }
}
