// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
import Synchronization

/// A stack of this program as text, from addresses that another process of it has found on its own.
public struct StackTrace: CustomStringConvertible {
    /// A line for each call, innermost first: `function + offset at file:line in image [address]`.
    public let description: String

    /// The innermost place in a source file, `file:line`; `nil` where the program was built without what tells it.
    public let innermostLocation: String?

    /// Makes a trace; this reads the program's file, which takes tens of milliseconds, of a large one half a second at first.
    ///
    /// The places in source files are looked for two seconds at most: what is not found by then has its function's name alone.
    ///
    /// - Parameter addresses: Where the thread was, and where each call returns to, innermost first.
    public init(addresses: [UInt]) {
        // The first is the very instruction, and is looked up as if it were the one before a return.
        var frames = Self.frames(addresses.prefix(1).map { $0 &+ 1 } + addresses.dropFirst())
        // What is below the task is the loop's own.
        let end = frames.firstIndex { $0.symbol?.name.contains("ForkedSupervision") ?? false } ?? frames.count
        frames = frames[..<end].filter { !$0.image.isEmpty }
        self.description = frames.enumerated().map { "#\($0.offset) \($0.element.text)" }.joined(separator: "\n")
        // A trap that was inlined into the loop has no line of its own any more.
        let location = frames.lazy.compactMap(\.location)
            .first { !$0.file.hasPrefix("<") && !$0.file.contains("Sources/JoblibCore/") }
        self.innermostLocation = location.map { "\(Self.fileName($0.file)):\($0.line)" }
    }

    private static let portablePrefix = "@stack "

    /// Writes addresses down for another process of the program, which has it elsewhere in memory, and does not look them up.
    ///
    /// - Parameter addresses: As for ``init(addresses:)``.
    /// - Returns: A text for ``init(portable:)``.
    public static func portable(_ addresses: [UInt]) -> String {
        let code = joblib_program_code()
        let offsets = addresses.map { $0 >= code.start && $0 < code.end ? String($0 - code.start, radix: 16) : "" }
        return self.portablePrefix + offsets.joined(separator: " ")
    }

    /// Makes a trace of what another process of this program has written down; `nil` for any other text.
    ///
    /// - Parameter text: Which may be anything.
    public init?(portable text: String) {
        guard text.hasPrefix(Self.portablePrefix) else { return nil }
        let code = joblib_program_code()
        let offsets = text.dropFirst(Self.portablePrefix.count).split(separator: " ", omittingEmptySubsequences: false)
        self.init(
            addresses: offsets.prefix(Self.largestStack)
                .map { text in
                    guard let offset = UInt(text, radix: 16), offset < code.end - code.start else { return 0 }
                    return code.start + offset
                }
        )
    }

    private static let largestStack = 256

    // What was found out before, since it takes reading the program's file, and crashes most often come at the same place.
    private static let known = Mutex<[UInt: Frame]>([:])
    private static let largestCache = 4096

    private static func frames(_ addresses: [UInt]) -> [Frame] {
        let known = self.known.withLock { $0 }
        let unknown = addresses.filter { known[$0] == nil }
        if unknown.isEmpty { return addresses.compactMap { known[$0] } }
        var frames = Frame.frames(unknown)
        let deadline = LookupDeadline()
        Frame.addLocations(to: &frames, until: deadline)
        let new = Dictionary(zip(unknown, frames)) { first, _ in first }
        // What there was no time for is looked for again, by the next crash at the same place.
        if deadline.isOver { return addresses.compactMap { new[$0] ?? known[$0] } }
        self.known.withLock { cache in
            if cache.count > self.largestCache { cache = [:] }
            cache.merge(new) { first, _ in first }
        }
        return addresses.compactMap { new[$0] ?? known[$0] }
    }

    private static func fileName(_ path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }
}

extension ForkedProcess {
    /// Has the child say where it is, and waits until it has, but not long.
    public func recordStack() {
        self.requestStack()
        unsafe StackRequest.wait(self.record.start.assumingMemoryBound(to: joblib_child_record.self))
    }
}
