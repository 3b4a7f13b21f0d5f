// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The encoding of text in a locale, and the classes of its single bytes.
///
/// It is independent of the locale that the process has set, and never freed: there is one for the whole run.
// SAFETY: a locale object is never changed once it is made, and the functions that take one only read it.
package struct CharacterLocale: @unchecked Sendable {
    private let handle: locale_t

    /// Whether text is encoded in UTF-8.
    let isUTF8: Bool

    /// The locale that LC_ALL, LC_CTYPE or LANG name; the C locale if the system does not have it, as for `wc`.
    package static var user: CharacterLocale { CharacterLocale("") ?? .c }

    /// The locale in which each byte is a character and only ASCII is printable.
    static var c: CharacterLocale { CharacterLocale("C")! }

    /// Creates a locale with a name such as `C.UTF-8`, if the system has it.
    init?(_ name: String) {
        guard let handle = newlocale(1 << LC_CTYPE, name, nil) else { return nil }
        self.handle = handle
        self.isUTF8 = nl_langinfo_l(nl_item(CODESET), handle).map { String(cString: $0) } == "UTF-8"
    }

    /// Returns whether a byte is a character that has a glyph, or a space.
    func isPrintable(_ byte: UInt8) -> Bool {
        isprint_l(Int32(byte), self.handle) != 0
    }

    /// Returns whether a byte is white space.
    func isSpace(_ byte: UInt8) -> Bool {
        isspace_l(Int32(byte), self.handle) != 0
    }
}
