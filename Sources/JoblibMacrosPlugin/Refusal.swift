// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import SwiftDiagnostics

/// Why a function cannot be made portable.
///
/// The message also says what to do instead.
enum Refusal: DiagnosticMessage, Equatable {
    // What it is.
    case notAFunction
    case operatorFunction

    // Where it is.
    case localFunction
    case requirement
    case hidden(modifier: String)
    case insideOfHidden(type: String, modifier: String)

    // How it is called.
    case instanceMethod
    case changesReceiver(modifier: String)
    case classMethod
    case asynchronous
    case rethrowing
    case isolated(actor: String)
    case isolatedParameter

    // What goes in and comes out.
    case generic
    case tooManyParameters(count: Int)
    case variadic
    case inoutParameter
    case opaque
    case existential(type: String)
    case closureParameter
    case closureResult
    case tupleParameter
    case nameOfOutput

    var message: String {
        switch self {
        case .notAFunction:
            "'@Portable' is for functions; a type is a task by conforming to 'PortableTask'"
        case .operatorFunction:
            "an operator cannot be portable: put '@Portable' before a function with a name that uses it"

        case .localFunction:
            "a worker cannot find what is inside of a function: move it to file scope, or into a type as a static one"
        case .requirement:
            "a requirement has nothing to run: put '@Portable' before a static function of a type, or a global one"
        case .hidden(let modifier):
            "a worker cannot find what is '\(modifier)': make the function internal by leaving the word out"
        case .insideOfHidden(let type, let modifier):
            "a worker cannot find what is inside of something '\(modifier)': leave the word out before '\(type)'"

        case .instanceMethod:
            "a portable function has no 'self': make it static and pass the value as a parameter, or let the type "
                + "conform to 'PortableTask'"
        case .changesReceiver(let modifier):
            "'\(modifier)' is about a 'self', which a portable function does not have: make it static, pass the value "
                + "as a parameter and return the new one"
        case .classMethod:
            "a subclass can override a 'class' function, so a worker would not know which to run: write 'static'"
        case .asynchronous:
            "a portable function is synchronous: leave 'async' out, or run asynchronous work by an asynchronous 'map'"
        case .rethrowing:
            "'rethrows' is about a closure, which cannot leave the process: write 'throws' and take values"
        case .isolated(let actor):
            "a worker's thread is not on '\(actor)': make the function 'nonisolated', and pass it what it needs"
        case .isolatedParameter:
            "an actor cannot leave the process: pass the values that the function needs of it"

        case .generic:
            "a worker must know the types of a portable function: write one for concrete types, which calls this one"
        case .tooManyParameters(let count):
            "'delayed' takes functions of up to 6 parameters, and this has \(count): put some into a struct that is "
                + "'Codable'"
        case .variadic:
            "a function that is a value has no variadic parameters: take an array"
        case .inoutParameter:
            "a change cannot be seen from another process: take the value and return the new one"
        case .opaque:
            "a worker must know the types of a portable function: name a concrete type in place of 'some'"
        case .existential(let type):
            "a value of type '\(type)' cannot be decoded: name a concrete type"
        case .closureParameter:
            "a closure cannot leave the process: take the values that it would capture"
        case .closureResult:
            "a closure cannot leave the process: return the values that it would capture"
        case .tupleParameter:
            "a tuple is not 'Codable': take its elements as parameters, or a struct that is"
        case .nameOfOutput:
            "'Output' means the output of the task there: write the name of its module or of its type before it"
        }
    }

    var diagnosticID: MessageID {
        let name = String(describing: self).prefix { $0 != "(" }
        return MessageID(domain: "JoblibMacros", id: String(name))
    }

    var severity: DiagnosticSeverity { .error }
}
