// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftDiagnostics
import SwiftSyntax

/// Finds what speaks against the type of a parameter or a result, wherever it is in it.
final class TypeRefusals: SyntaxVisitor {
    enum Role {
        case parameter
        case result
    }

    private let role: Role
    private var found: [Diagnostic] = []

    private init(_ role: Role) {
        self.role = role
        super.init(viewMode: .sourceAccurate)
    }

    /// Finds them.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - role: What it is the type of.
    /// - Returns: Nothing if the compiler is to judge the rest.
    static func of(_ type: TypeSyntax, as role: Role) -> [Diagnostic] {
        let visitor = TypeRefusals(role)
        visitor.walk(type)
        return visitor.found
    }

    override func visit(_ node: FunctionTypeSyntax) -> SyntaxVisitorContinueKind {
        self.refuse(self.role == .parameter ? .closureParameter : .closureResult, at: node)
        return .skipChildren
    }

    override func visit(_ node: TupleTypeSyntax) -> SyntaxVisitorContinueKind {
        // One element is a type in parentheses. A result goes back as plain bytes if it has to.
        if self.role == .parameter, node.elements.count != 1 { self.refuse(.tupleParameter, at: node) }
        return .visitChildren
    }

    override func visit(_ node: SomeOrAnyTypeSyntax) -> SyntaxVisitorContinueKind {
        let isOpaque = node.someOrAnySpecifier.tokenKind == .keyword(.some)
        self.refuse(isOpaque ? .opaque : .existential(type: node.trimmedDescription), at: node)
        return .skipChildren
    }

    override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
        switch node.name.text {
        case "Any", "AnyObject": self.refuse(.existential(type: node.name.text), at: node)
        case "Void" where self.role == .parameter: self.refuse(.tupleParameter, at: node)
        case "Output": self.refuse(.nameOfOutput, at: node)
        default: break
        }
        return .visitChildren
    }

    override func visit(_ node: SimpleTypeSpecifierSyntax) -> SyntaxVisitorContinueKind {
        switch node.specifier.tokenKind {
        case .keyword(.inout): self.refuse(.inoutParameter, at: node)
        case .keyword(.isolated): self.refuse(.isolatedParameter, at: node)
        default: break
        }
        return .visitChildren
    }

    private func refuse(_ refusal: Refusal, at node: some SyntaxProtocol) {
        self.found.append(refusal.diagnostic(at: node))
    }
}
