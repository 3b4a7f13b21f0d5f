// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftDiagnostics
import SwiftParser
import SwiftParserDiagnostics
import SwiftSyntax
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros

@testable import MacroExpansion

/// What the macro says about a source.
struct Verdict {
    /// The refusals, with what each points at.
    let refusals: [(refusal: Refusal, place: String)]

    /// The source, with what the macro made of it.
    let expanded: String

    /// The source as the fix-its would have it.
    let fixed: [String]

    init(of source: String) {
        let file = Parser.parse(source: source)
        let context = BasicMacroExpansionContext(
            sourceFiles: [file: .init(moduleName: "TestModule", fullFilePath: "Test.swift")]
        )
        let expanded = file.expand(macroSpecs: ["Portable": MacroSpec(type: PortableMacro.self)]) {
            BasicMacroExpansionContext(sharingWith: context, lexicalContext: $0.allMacroLexicalContexts())
        }
        self.expanded = expanded.description
        self.refusals = context.diagnostics.compactMap { diagnostic in
            (diagnostic.diagMessage as? Refusal).map { ($0, diagnostic.node.trimmedDescription) }
        }
        self.fixed = context.diagnostics.flatMap(\.fixIts).flatMap(\.changes)
            .compactMap { change in
                guard case .replace(_, let new) = change else { return nil }
                return new.trimmedDescription
            }
    }
}
