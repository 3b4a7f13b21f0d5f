// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftSyntax
import SwiftSyntaxBuilder

extension PortableFunction {
    /// The function of the same name that makes a task of its arguments instead of running.
    ///
    /// It is disfavoured, so that a call means the function wherever it can.
    var twin: DeclSyntax {
        let modifiers = [self.access, self.isNonisolated ? "nonisolated" : nil, self.isStatic ? "static" : nil]
            .compactMap(\.self).map { $0 + " " }.joined()
        let attributes = self.availability.map { $0 + "\n" }.joined()
        let parameters = self.parameters
            .map { $0.declaration(type: $0.type, defaultValue: $0.defaultValue) }.joined(separator: ", ")
        let arguments = self.parameters.map { $0.argument($0.name) }.joined(separator: ", ")

        return """
            /// Puts a call off, as a task that can leave the process.
            \(raw: attributes)@_disfavoredOverload
            \(raw: modifiers)func \(raw: self.name)(\(raw: parameters)) -> Delayed<\(self.result)> {
            Delayed(\(raw: self.taskName)(\(raw: arguments)))
            }
            """
    }
}
