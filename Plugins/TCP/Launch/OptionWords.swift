// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

/// Options with values among the words of a command: `-N2`, `-N 2`, `--nodes=2`, `--nodes 2`.
enum OptionWords {
    /// Takes the first of an option out of a list.
    ///
    /// - Parameters:
    ///   - names: What it is called, with its hyphens.
    ///   - options: The words.
    /// - Returns: Its value, and the other words; `nil` when it is not there, or has no value.
    static func take(_ names: [String], from options: [String]) -> (value: String, rest: [String])? {
        for (index, option) in options.enumerated() {
            for name in names {
                var rest = options
                if option == name {
                    guard index + 1 < options.count else { return nil }
                    rest.removeSubrange(index...index + 1)
                    return (options[index + 1], rest)
                }
                let isLong = name.hasPrefix("--")
                guard option.hasPrefix(isLong ? "\(name)=" : name) else { continue }
                let value = String(option.dropFirst(name.count + (isLong ? 1 : 0)))
                // `-np` is no `-n` with a value.
                guard isLong || self.isValue(value, of: name) else { continue }
                rest.remove(at: index)
                return (value, rest)
            }
        }
        return nil
    }

    /// Whether what stands right behind a short option is its value: `=2` and numbers, and behind capital letters anything.
    private static func isValue(_ text: String, of name: String) -> Bool {
        guard let first = text.first else { return false }
        return first.isNumber || name == name.uppercased()
    }

    /// The value of an option; `nil` when it is not there.
    static func value(_ names: [String], in options: [String]) -> String? { self.take(names, from: options)?.value }
}

#endif
