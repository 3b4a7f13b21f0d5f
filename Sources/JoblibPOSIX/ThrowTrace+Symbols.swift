// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

extension ThrowTrace: CustomStringConvertible {
    /// The stack as text: a line for each call, innermost first, `function + offset in image [address]`.
    ///
    /// `addr2line -e image address` gives the line of the source. A function whose name the image does not hold is shown
    /// as `?`. This reads the symbol tables of the images from their files: tens of milliseconds, not for a hot path.
    public var description: String {
        let frames = Frame.frames(self.addresses)
        return
            frames
            .dropFirst(Frame.runtimeFrames(in: frames))
            .enumerated()
            .map { index, frame in "#\(index) \(frame.text)" }
            .joined(separator: "\n")
    }
}

// MARK: - One frame

/// What is known of one return address.
struct Frame {
    /// The path of the image's file, as a user would name it; empty if the address is in no image.
    let image: String
    /// The path to open: that of the program survives its being moved or replaced.
    let file: String
    let offset: UInt
    var symbol: ELFSymbols.Match?
    var location: SourceLines.Location?

    init(returnAddress: UInt) {
        // The call is what matters, and it is before the address at which it returns: possibly in another line, and for
        // a function that never returns even in another function.
        // Soundness: the strings belong to the dynamic linker until the image is unloaded, and are copied here.
        let info = unsafe joblib_address_lookup(returnAddress &- 1)
        let path = unsafe info.image.map { unsafe String(cString: $0) } ?? ""
        self.image = unsafe info.is_program ? ELFSymbols.programPath ?? path : path
        self.file = unsafe info.is_program ? "/proc/self/exe" : path
        self.offset = unsafe info.offset
        if let name = unsafe info.symbol {
            self.symbol = unsafe ELFSymbols.Match(name: String(cString: name), distance: info.symbol_offset)
        }
    }

    /// Finds out all that is known of return addresses.
    static func frames(_ addresses: [UInt]) -> [Frame] {
        var frames = addresses.map(Frame.init(returnAddress:))
        self.addPrivateNames(to: &frames)
        return frames
    }

    /// Finds the lines of the sources, where the images were built with what that takes, and in time.
    static func addLocations(to frames: inout [Frame], until deadline: LookupDeadline) {
        let known = frames.indices.filter { !frames[$0].image.isEmpty }
        for (file, indices) in Dictionary(grouping: known, by: { frames[$0].file }) {
            let addresses = indices.map { UInt64(frames[$0].offset) }
            let locations = SourceLines.locations(inFileAt: file, for: addresses, until: deadline)
            for (index, location) in zip(indices, locations) { frames[index].location = location }
        }
    }

    /// Names what the dynamic linker does not know, which in a program is nearly everything, from the static symbols.
    static func addPrivateNames(to frames: inout [Frame]) {
        let nameless = frames.indices.filter { frames[$0].symbol == nil && !frames[$0].image.isEmpty }
        for (file, indices) in Dictionary(grouping: nameless, by: { frames[$0].file }) {
            let matches = ELFSymbols(path: file)?.matches(for: indices.map { UInt64(frames[$0].offset) })
            for (index, match) in zip(indices, matches ?? []) {
                frames[index].symbol = match
            }
        }
    }

    /// Returns the number of frames on top that are between the hook and the function with the `throw`.
    ///
    /// Not fixed: another hook may stand in front of ours, and the entry for typed throws may be inlined.
    static func runtimeFrames(in frames: [Frame]) -> Int {
        let entry = frames.prefix(16).lastIndex { $0.symbol?.name.contains("swift_willThrow") ?? false }
        return entry.map { $0 + 1 } ?? 0
    }

    var text: String {
        let address = "0x" + String(self.offset, radix: 16)
        guard let symbol = self.symbol else {
            return self.image.isEmpty ? "? [\(address)]" : "? in \(self.image) [\(address)]"
        }
        let place = self.location.map { " at \($0)" } ?? ""
        return "\(Self.demangled(symbol.name)) + \(symbol.distance)\(place) in \(self.image) [\(address)]"
    }

    private static func demangled(_ name: String) -> String {
        // Soundness: given no buffer, the runtime returns a string of its own that the caller frees.
        guard let text = unsafe swift_demangle(name, name.utf8.count, nil, nil, 0) else { return name }
        defer { unsafe free(text) }
        return unsafe Self.withoutDiscriminators(String(cString: text))
    }

    /// Turns `(name in _37ECD2DFDBD8D267F3E9FC7825D25551)`, a private name and the hash of its file, into `name`.
    ///
    /// By hand: a regular expression would cost every worker one more library to load.
    private static func withoutDiscriminators(_ text: String) -> String {
        let separator = Array(" in _".utf8)
        let suffixLength = separator.count + 32 + 1
        var input = Array(text.utf8)[...]
        var output: [UInt8] = []
        while let byte = input.first {
            let suffix = input.prefix(suffixLength)
            let hash = suffix.dropFirst(separator.count).dropLast()
            if suffix.count == suffixLength,
                suffix.starts(with: separator),
                suffix.last == UInt8(ascii: ")"),
                hash.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let opening = output.lastIndex(of: UInt8(ascii: "("))
            {
                output.remove(at: opening)
                input = input.dropFirst(suffixLength)
            } else {
                output.append(byte)
                input = input.dropFirst()
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
