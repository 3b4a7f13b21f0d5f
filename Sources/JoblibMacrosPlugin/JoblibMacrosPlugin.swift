// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftCompilerPlugin
import SwiftSyntaxMacros

/// What the compiler starts to expand the macros.
@main
struct JoblibMacrosPlugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [PortableMacro.self]
}
