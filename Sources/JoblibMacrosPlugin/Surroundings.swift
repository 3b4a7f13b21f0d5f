// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftSyntax

/// What a declaration is inside of.
struct Surroundings {
    /// The types and extensions around it, the innermost first.
    let types: [Syntax]

    /// Whether it is in the body of a function, a closure or an accessor.
    let areLocal: Bool

    /// - Parameter lexicalContext: As the compiler tells it: without members and bodies, the innermost first.
    init(_ lexicalContext: [Syntax]) {
        self.types = lexicalContext.filter { $0.isProtocol((any DeclGroupSyntax).self) }
        self.areLocal = self.types.count < lexicalContext.count
    }

    /// The protocol whose requirement it is, if it is one.
    var requirementOf: ProtocolDeclSyntax? { self.types.first?.as(ProtocolDeclSyntax.self) }

    /// The innermost type or extension that only this file can name, and the word that says so.
    var hidden: (name: String, modifier: String)? {
        for type in self.types {
            guard let group = type.asProtocol((any DeclGroupSyntax).self) else { continue }
            if let modifier = group.modifiers.first(where: \.isPrivate) {
                return (Self.name(of: type), modifier.name.text)
            }
        }
        return nil
    }

    /// The global actor of the innermost type or extension, if it has one: its functions are isolated to it.
    var globalActor: String? {
        self.types.first?.asProtocol((any DeclGroupSyntax).self)?.attributes.globalActor
    }

    /// What a declaration without a modifier is, where an extension says it for all of its members.
    var defaultAccess: String? { self.types.first?.as(ExtensionDeclSyntax.self)?.modifiers.access }

    /// How the innermost type is named from inside of a type in it.
    ///
    /// - Parameter module: The module; its name keeps members of the same name as the outermost type out of the way.
    /// - Returns: The name; `nil` at file scope.
    func typeName(module: String?) -> String? {
        guard let outermost = self.types.last else { return nil }
        let path = self.types.reversed().map(Self.name).joined(separator: ".")
        // What is extended may be of another module.
        return outermost.is(ExtensionDeclSyntax.self) ? path : path.qualified(by: module)
    }

    private static func name(of type: Syntax) -> String {
        if let type = type.as(ExtensionDeclSyntax.self)?.extendedType {
            let text = type.trimmedDescription
            // `Int?.f` would be a chain that may end early.
            return type.is(IdentifierTypeSyntax.self) || type.is(MemberTypeSyntax.self) ? text : "(\(text))"
        }
        return type.asProtocol((any NamedDeclSyntax).self)?.name.text ?? type.trimmedDescription
    }
}

extension String {
    /// The name of a global declaration, whatever else has that name where it is used.
    ///
    /// - Parameter module: The module it is declared in, if that is known.
    /// - Returns: The name behind a module selector, with which neither members nor parameters are found.
    func qualified(by module: String?) -> String {
        if let module { "\(module)::\(self)" } else { self }
    }
}
