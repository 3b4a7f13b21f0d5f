// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftSyntax
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

@testable import MacroExpansion

/// Requires that a source expands to another one.
///
/// - Parameters:
///   - source: With `@Portable` in it, in a module called `TestModule`.
///   - expanded: What the compiler sees then.
///   - location: Where to report a difference.
func expectExpansion(
    of source: String,
    is expanded: String,
    sourceLocation location: Testing.SourceLocation = #_sourceLocation
) {
    assertMacroExpansion(
        source,
        expandedSource: expanded,
        macroSpecs: ["Portable": MacroSpec(type: PortableMacro.self)],
        indentationWidth: .spaces(4)
    ) { failure in
        Issue.record("\(failure.message)", sourceLocation: location)
    }
}
