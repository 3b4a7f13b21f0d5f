// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX

/// An executable on its way into a cache: written under another name, and under its own only when all of it is there and its hash is right.
// SAFETY: touched on the event loop of its connection alone.
final class ExecutableDownload: @unchecked Sendable {
    private let cache: ExecutableCache
    private let partialPath: String
    private var assembly: ExecutableAssembly
    private let descriptor: Int32
    private var isOpen = true

    /// What has come of it.
    private enum Outcome {
        case named
        case wrongHash
        case replaced
    }

    var offer: ExecutableOffer { self.assembly.offer }
    var byteCount: UInt64 { self.assembly.byteCount }
    var isComplete: Bool { self.assembly.isComplete }

    /// Makes room, and the file.
    ///
    /// - Throws: `ParallelError` where there is none.
    init(_ offer: ExecutableOffer, _ cache: ExecutableCache) throws(ParallelError) {
        try cache.makeRoom(for: offer)
        self.cache = cache
        self.assembly = ExecutableAssembly(offer)
        self.partialPath = cache.makePartialPath(of: offer)
        do throws(SystemError) {
            self.descriptor = try OpenFile(self.partialPath, .makingPrivately).release()
        } catch {
            throw cache.fault(error, writing: offer)
        }
    }

    deinit { self.abandon() }

    /// Writes a piece.
    ///
    /// - Throws: `ParallelError` for one that was not asked for, and where there is no room.
    func add(_ position: UInt64, _ bytes: [UInt8]) throws(ParallelError) {
        // The number of its descriptor may be another file's by now.
        guard self.isOpen else {
            throw ParallelError(.handshakeRejected, "'\(self.offer.name)' is not received any more")
        }
        do throws(ExecutableAssembly.Fault) {
            try self.assembly.add(position, byteCount: bytes.count)
        } catch {
            throw ParallelError(.handshakeRejected, "what has come of '\(self.offer.name)' makes no sense: \(error)")
        }
        let failure = self.withFile { file -> SystemError? in
            do throws(SystemError) {
                try file.write(bytes, at: Int(position))
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw self.cache.fault(failure, writing: self.offer) }
    }

    /// Verifies the hash, and gives the file its name.
    ///
    /// - Returns: Its path.
    /// - Throws: `ParallelError` for a wrong hash.
    func finish() throws(ParallelError) -> String {
        let offer = self.offer
        let path = self.cache.path(of: offer)
        let partialPath = self.partialPath
        let result = self.withFile { file -> Result<Outcome, SystemError> in
            do throws(SystemError) {
                guard try FileHash.sha256(of: file) == offer.hash else { return .success(.wrongHash) }
                try file.makeExecutable()
                // What is renamed has to be what was verified.
                guard try file.status().isSameFile(as: partialPath) else { return .success(.replaced) }
                try OpenFile.rename(partialPath, to: path)
                return .success(.named)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(.named): break
        case .success(.wrongHash):
            throw ParallelError(
                .handshakeRejected,
                "what has come of '\(offer.name)' has another SHA-256 than \(offer.key); it was removed, and is not run"
            )
        case .success(.replaced):
            throw ParallelError(
                .resourceExhausted,
                "what had come of '\(offer.name)' was removed from the cache folder '\(self.cache.folder)' by somebody else"
            )
        case .failure(let error): throw self.cache.fault(error, writing: offer)
        }
        // A file that is open for writing cannot be run.
        self.close()
        return path
    }

    /// Removes what there is of a file that is not complete.
    func abandon() {
        guard self.isOpen else { return }
        self.close()
        OpenFile.remove(self.partialPath)
    }

    private func close() {
        self.isOpen = false
        _ = OpenFile(owning: self.descriptor)
    }

    private func withFile<Value>(_ body: (borrowing OpenFile) -> Value) -> Value {
        let file = OpenFile(owning: self.descriptor)
        let value = body(file)
        _ = file.release()
        return value
    }
}

#endif
