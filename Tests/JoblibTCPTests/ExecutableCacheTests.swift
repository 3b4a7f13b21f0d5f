// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import Foundation
import JoblibCluster
import JoblibCore
import JoblibPOSIX
import Testing

@testable import JoblibTCP

@Suite("A cache of executables that several processes have", .timeLimit(.minutes(1)), .serialized)
final class ExecutableCacheTests: ReceivingTools {
    private let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    private var offer: ExecutableOffer {
        ExecutableOffer(name: "p", byteCount: UInt64(self.bytes.count), hash: Array(SHA256.hash(data: self.bytes)))
    }

    private func open(byteLimit: Int = 1 << 20) throws -> ExecutableCache {
        try ExecutableCache(folder: self.cache, byteLimit: byteLimit)
    }

    private var contents: [UInt8] {
        get throws { Array(try Data(contentsOf: URL(fileURLWithPath: "\(self.cache)/\(self.offer.key)"))) }
    }

    @Test("Two that receive the same at once, with the same process id, do not come by each other's file")
    func sameProcessID() throws {
        let cache = try self.open()
        let first = try ExecutableDownload(self.offer, cache)
        let second = try ExecutableDownload(self.offer, cache)
        try first.add(0, self.bytes)
        try second.add(0, Array(self.bytes.prefix(10)))
        _ = try first.finish()
        #expect(try self.contents == self.bytes)
        try second.add(10, Array(self.bytes.dropFirst(10)))
        _ = try second.finish()
        #expect(try self.contents == self.bytes && self.cached.count == 1)
        #expect(cache.find(self.offer) != nil)
    }

    @Test("What others receive stays, on whatever machine they are, and what is a day old goes")
    func remnants() throws {
        _ = try self.open()
        // No process here has this id.
        let names = ["fresh.4194304.partial", "fresh.x-y.partial", "old.1.partial", "old.x-y.partial"]
        for name in names {
            let age = name.hasPrefix("old") ? 2 * 86_400.0 : 60
            let isMade = FileManager.default.createFile(
                atPath: "\(self.cache)/\(name)",
                contents: Data(count: 10),
                attributes: [.modificationDate: Date(timeIntervalSinceNow: -age)]
            )
            #expect(isMade)
        }
        _ = try self.open()
        #expect(self.cached == ["fresh.4194304.partial", "fresh.x-y.partial"])
    }

    @Test("What was verified is what gets its name: where something else is in its place, nothing does")
    func replaced() throws {
        let download = try ExecutableDownload(self.offer, try self.open())
        try download.add(0, self.bytes)
        let partial = "\(self.cache)/\(try #require(self.cached.first))"
        try FileManager.default.removeItem(atPath: partial)
        try Data("another".utf8).write(to: URL(fileURLWithPath: partial))
        let error = try #require(throws: ParallelError.self) { _ = try download.finish() }
        #expect(error.detail.contains("by somebody else"), "\(error)")
        download.abandon()
        #expect(self.cached.isEmpty)
    }

    @Test("What comes of one that was given up is written nowhere")
    func closed() throws {
        let download = try ExecutableDownload(self.offer, try self.open())
        download.abandon()
        // One of these has the number of its descriptor.
        let paths = (0..<8).map { "\(self.cache)/other-\($0)" }
        let descriptors = try paths.map { try OpenFile($0, .making).release() }
        defer { for descriptor in descriptors { _ = OpenFile(owning: descriptor) } }
        #expect(throws: ParallelError.self) { try download.add(0, self.bytes) }
        for path in paths { #expect(try FileStatus(path: path).byteCount == 0) }
    }

    @Test("Errors say what to do in the words of whoever has opened it")
    func remedies() throws {
        let plain = try #require(throws: ParallelError.self) { try self.open(byteLimit: 10).makeRoom(for: self.offer) }
        #expect(plain.detail.contains("allow the cache more bytes") && !plain.detail.contains("--"), "\(plain)")
        let cache = try ExecutableCache(
            folder: self.cache,
            byteLimit: 10,
            remedies: .init(folder: "use --folder", byteLimit: "use --limit")
        )
        let told = try #require(throws: ParallelError.self) { try cache.makeRoom(for: self.offer) }
        #expect(told.detail.hasSuffix("use --limit"), "\(told)")
    }
}

#endif
