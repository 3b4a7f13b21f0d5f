// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftSyntax

extension DeclModifierSyntax {
    /// Whether what it modifies can be named in one file alone.
    var isPrivate: Bool {
        // `private(set)` says nothing about who can name it.
        self.detail == nil && [.keyword(.private), .keyword(.fileprivate)].contains(self.name.tokenKind)
    }
}

extension DeclModifierListSyntax {
    /// The access level that is written out and can be seen from other files.
    var access: String? {
        let levels: [TokenKind] = [.keyword(.public), .keyword(.package), .keyword(.internal)]
        return self.first { levels.contains($0.name.tokenKind) }?.name.text
    }

    /// Finds a modifier.
    ///
    /// - Parameter keywords: Any of these.
    /// - Returns: The first one.
    func first(of keywords: Keyword...) -> DeclModifierSyntax? {
        self.first { modifier in keywords.contains { modifier.name.tokenKind == .keyword($0) } }
    }
}

extension AttributeListSyntax {
    /// The name of a global actor among the attributes, which is known by how such types are named.
    var globalActor: String? {
        self.lazy.compactMap { $0.as(AttributeSyntax.self)?.attributeName.trimmedDescription }
            // The one that makes a type a global actor isolates nothing.
            .first { $0.hasSuffix("Actor") && $0 != "globalActor" }
    }

    /// Since when, and on what, a declaration can be used: the same goes for what is made of it.
    var availability: [String] {
        self.compactMap { element in
            guard let attribute = element.as(AttributeSyntax.self),
                attribute.attributeName.trimmedDescription == "available"
            else { return nil }
            return attribute.trimmedDescription
        }
    }
}
