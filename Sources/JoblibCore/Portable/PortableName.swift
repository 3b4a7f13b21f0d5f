// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The name by which a worker finds a type in its own copy of the program.
enum PortableName {
    private static let known = Mutex<[ObjectIdentifier: String?]>([:])

    /// Finds the name of a type.
    ///
    /// - Parameter type: Any type.
    /// - Returns: Its mangled name; `nil` if it has none that means the same in another process, as private and local types.
    static func name(of type: Any.Type) -> String? {
        let id = ObjectIdentifier(type)
        if let name = self.known.withLock({ $0[id] }) { return name }
        let name = self.findName(of: type)
        self.known.withLock { $0[id] = .some(name) }
        return name
    }

    private static func findName(of type: Any.Type) -> String? {
        // The name of what only this file or function can name is an address behind a `$`.
        guard let name = _mangledTypeName(type), !name.utf8.contains(UInt8(ascii: "$")),
            let found = _typeByName(name), found == type
        else { return nil }
        return name
    }

    // Batches in a row have tasks of one type most often.
    private static let lastTask = Mutex<(name: [UInt8], type: any PortableTask.Type)?>(nil)

    /// Finds a task's type.
    ///
    /// - Parameter name: A name out of bytes that may be anything.
    /// - Returns: The type; `nil` if there is none of that name, or it is no task.
    static func taskType(named name: ArraySlice<UInt8>) -> (any PortableTask.Type)? {
        if let last = self.lastTask.withLock({ $0 }), last.name[...] == name { return last.type }
        let text = String(decoding: name, as: UTF8.self)
        guard let type = self.type(named: text) as? any PortableTask.Type else { return nil }
        self.lastTask.withLock { $0 = (Array(name), type) }
        return type
    }

    /// Makes a coder of the type of a name.
    ///
    /// - Parameter name: A name out of bytes that may be anything.
    /// - Returns: The coder; `nil` if there is no such type, or it is none.
    static func coder(named name: String) -> (any TaskCoder)? {
        (self.type(named: name) as? any TaskCoder.Type)?.init()
    }

    /// Finds a type.
    ///
    /// - Parameter name: A name out of bytes that may be anything.
    /// - Returns: The type, if there is one.
    static func type(named name: String) -> Any.Type? {
        if let type = self.found.withLock({ $0[name] }) { return type }
        guard let type = self.findType(named: name) else { return nil }
        // A program has so many types of tasks; whoever sends names of other types must not fill memory.
        self.found.withLock { if $0.count < 4096 { $0[name] = type } }
        return type
    }

    private static let found = Mutex<[String: Any.Type]>([:])

    private static func findType(named name: String) -> Any.Type? {
        guard name.utf8.count <= 4096 else { return nil }
        // What a name with an address in it would lead to is read from that address.
        guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "$") }) else { return nil }
        return _typeByName(name)
    }
}
