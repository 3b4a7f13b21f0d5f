// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// Writes a task and a portable twin beside a function, or says why there can be none.
enum PortableMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard let function = declaration.as(FunctionDeclSyntax.self) else {
            context.diagnose(Diagnostic(node: node, message: Refusal.notAFunction))
            return []
        }
        let surroundings = Surroundings(context.lexicalContext)
        let refusals = Refusal.all(of: function, in: surroundings)
        guard refusals.isEmpty else {
            for refusal in refusals { context.diagnose(refusal) }
            return []
        }
        let module = context.location(of: declaration, at: .afterLeadingTrivia, filePathMode: .fileID)?.module
        let portable = PortableFunction(function, in: surroundings, module: module)
        return [portable.task, portable.twin]
    }
}

extension AbstractSourceLocation {
    /// The name of the module, with which an identifier of a file begins.
    fileprivate var module: String? {
        self.file.as(StringLiteralExprSyntax.self)?.representedLiteralValue?.split(separator: "/").first
            .map(String.init)
    }
}
