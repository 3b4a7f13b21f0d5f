// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// What the macro writes names `PortableTask` and `Delayed`, which the user's file sees through its own `import Joblib`.
import JoblibCore

/// Lets calls of a function leave the process: `delayed` then makes tasks that any backend can run.
///
/// joblib pickles a function by its name, and each worker imports the module it is in. Here the worker is the same
/// program, and what is sent is a value whose type has the function in it.
///
/// ```swift
/// import Joblib
/// import JoblibMacros
///
/// @Portable
/// func convolve(_ size: Int, seed: UInt64 = 0) throws -> [Double] { … }
///
/// let results = try Parallel(nJobs: 8)(sizes.map { delayed(convolve)($0, 1) })
/// ```
///
/// The macro writes two declarations beside the function, with its access level and its availability:
///
/// - a `PortableTask` called `__Portable_convolve`, which stores the arguments and whose `run()` calls the function;
/// - a *twin* of the function, with the same name, labels and defaults, that makes a `Delayed` of such a task.
///   `delayed(f)` prefers it, and `convolve(10)` still calls the function. Where a `Delayed` is asked for, a call with
///   labels and defaults makes one: `let task: Delayed = convolve(10, seed: 3)`.
///
/// A file that uses the macro imports `Joblib` or `JoblibCore` as well, and publicly where the function is public.
///
/// It is for global and static functions of up to 6 parameters. Parameters must be `Codable` and `Sendable`, and the
/// output `Sendable`, and `Codable` or made of plain bytes. Functions that are generic, local, `private`, `async`, or
/// bound to an instance or an actor are refused, and so are parameters that are `inout`, variadic, opaque, existential,
/// tuples or closures; the message says what to write instead. An extension of a protocol has no room for the task. One
/// function of each name in a scope can be portable, since the task is called after it.
@attached(peer, names: overloaded, prefixed(__Portable_))
public macro Portable() = #externalMacro(module: "JoblibMacrosPlugin", type: "PortableMacro")
