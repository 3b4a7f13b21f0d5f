// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftDiagnostics
import SwiftSyntax

extension Refusal {
    /// Finds all that speaks against a function, so that nobody has to compile once for each.
    ///
    /// - Parameters:
    ///   - function: The function.
    ///   - surroundings: What it is inside of.
    /// - Returns: Nothing if it can be made portable.
    static func all(of function: FunctionDeclSyntax, in surroundings: Surroundings) -> [Diagnostic] {
        // What is local can be anything else as well, but none of it would help.
        if surroundings.areLocal { return [Refusal.localFunction.diagnostic(at: function.name)] }
        if surroundings.requirementOf != nil { return [Refusal.requirement.diagnostic(at: function.name)] }
        return self.ofDeclaration(function, in: surroundings) + self.ofEffects(function.signature)
            + self.ofParameters(function.signature.parameterClause.parameters) + self.ofResult(function.signature)
    }

    private static func ofDeclaration(_ function: FunctionDeclSyntax, in surroundings: Surroundings) -> [Diagnostic] {
        var found: [Diagnostic] = []
        if case .identifier = function.name.tokenKind {
        } else {
            found.append(Refusal.operatorFunction.diagnostic(at: function.name))
        }
        if let modifier = function.modifiers.first(where: \.isPrivate) {
            found.append(Refusal.hidden(modifier: modifier.name.text).diagnostic(at: modifier))
        } else if let (type, modifier) = surroundings.hidden {
            found.append(Refusal.insideOfHidden(type: type, modifier: modifier).diagnostic(at: function.name))
        }
        if let modifier = function.modifiers.first(of: .class) {
            found.append(Refusal.classMethod.diagnostic(at: modifier, fixIts: [.writeStatic(insteadOf: modifier)]))
        } else if let modifier = function.modifiers.first(of: .mutating, .nonmutating, .consuming, .borrowing) {
            found.append(Refusal.changesReceiver(modifier: modifier.name.text).diagnostic(at: modifier))
        } else if !surroundings.types.isEmpty, function.modifiers.first(of: .static) == nil {
            found.append(Refusal.instanceMethod.diagnostic(at: function.name))
        }
        if function.modifiers.first(of: .nonisolated) == nil,
            let actor = function.attributes.globalActor ?? surroundings.globalActor
        {
            found.append(Refusal.isolated(actor: actor).diagnostic(at: function.name))
        }
        if let generic = function.genericParameterClause.map(Syntax.init)
            ?? function.genericWhereClause.map(Syntax.init)
        {
            found.append(Refusal.generic.diagnostic(at: generic))
        }
        return found
    }

    private static func ofEffects(_ signature: FunctionSignatureSyntax) -> [Diagnostic] {
        var found: [Diagnostic] = []
        if let async = signature.effectSpecifiers?.asyncSpecifier {
            found.append(Refusal.asynchronous.diagnostic(at: async))
        }
        if let specifier = signature.effectSpecifiers?.throwsClause?.throwsSpecifier,
            specifier.tokenKind == .keyword(.rethrows)
        {
            found.append(Refusal.rethrowing.diagnostic(at: specifier))
        }
        return found
    }

    private static func ofParameters(_ parameters: FunctionParameterListSyntax) -> [Diagnostic] {
        var found: [Diagnostic] = []
        // As many as the widest `delayed` takes.
        if parameters.count > 6 {
            found.append(Refusal.tooManyParameters(count: parameters.count).diagnostic(at: parameters))
        }
        for parameter in parameters {
            if let ellipsis = parameter.ellipsis { found.append(Refusal.variadic.diagnostic(at: ellipsis)) }
            found += TypeRefusals.of(parameter.type, as: .parameter)
        }
        return found
    }

    private static func ofResult(_ signature: FunctionSignatureSyntax) -> [Diagnostic] {
        signature.returnClause.map { TypeRefusals.of($0.type, as: .result) } ?? []
    }

    func diagnostic(at node: some SyntaxProtocol, fixIts: [FixIt] = []) -> Diagnostic {
        Diagnostic(node: node, message: self, fixIts: fixIts)
    }
}

extension FixIt {
    fileprivate static func writeStatic(insteadOf modifier: DeclModifierSyntax) -> FixIt {
        struct Message: FixItMessage {
            let message = "write 'static'"
            let fixItID = MessageID(domain: "JoblibMacros", id: "writeStatic")
        }
        let fixed = modifier.with(\.name.tokenKind, .keyword(.static))
        return .replace(message: Message(), oldNode: modifier, newNode: fixed)
    }
}
