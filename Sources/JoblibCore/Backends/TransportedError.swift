// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Errors as bytes between a worker in another process and its caller.
///
/// One that is `Codable` arrives as itself, and so do the failures of nested loops; any other as ``RemoteError``.
enum TransportedError {
    private enum Kind: UInt8 {
        case remote, codable, taskFailure, parallelError, cancellation
    }

    // MARK: - In the worker

    static func encode(_ error: any Error, _ coder: any TaskCoder) -> [UInt8] {
        switch error {
        case let failure as TaskFailure: return self.encode(failure, coder)
        case let error as ParallelError:
            var bytes = [Kind.parallelError.rawValue]
            bytes.append(text: error.code.description)
            bytes.append(text: error.detail)
            return bytes
        case is CancellationError: return [Kind.cancellation.rawValue]
        case let codable as any Error & Codable:
            guard let payload = try? coder.encode(codable) else { return self.encodeRemote(error) }
            var bytes = [Kind.codable.rawValue]
            // The child has the parent's types at the parent's addresses, but for those that it was the first to need.
            bytes.append(
                integer: unsafe UInt(bitPattern: unsafeBitCast(Swift.type(of: error) as Any.Type, to: Int.self))
            )
            bytes.append(text: _mangledTypeName(Swift.type(of: error)) ?? "")
            bytes.append(counted: payload)
            // For a parent that cannot make it from them.
            bytes += self.encodeRemote(error)
            return bytes
        default: return self.encodeRemote(error)
        }
    }

    private static func encodeRemote(_ error: any Error) -> [UInt8] {
        let remote = error as? RemoteError ?? RemoteError(error)
        var bytes = [Kind.remote.rawValue]
        bytes.append(text: remote.typeName)
        bytes.append(text: remote.description)
        return bytes
    }

    private static func encode(_ failure: TaskFailure, _ coder: any TaskCoder) -> [UInt8] {
        var bytes = [Kind.taskFailure.rawValue]
        for number in [failure.index, failure.attempt, failure.worker.pid] { bytes.append(integer: number) }
        let reason = failure.reason
        bytes.append(integer: reason.signal.map { Int($0) } ?? -1)
        bytes.append(integer: reason.exitCode.map { Int($0) } ?? -1)
        for text in [failure.arguments, reason.name, failure.worker.host, failure.remoteTrace ?? ""] {
            bytes.append(text: text)
        }
        return bytes + self.encode(failure.underlyingError, coder)
    }

    // MARK: - In the parent

    /// - Parameters:
    ///   - bytes: What the worker has sent.
    ///   - coder: What it was encoded by.
    ///   - isForked: Whether the worker is a copy of this process, so that addresses mean the same in both.
    /// - Returns: The error, or what can be told of it.
    static func decode(_ bytes: ArraySlice<UInt8>, _ coder: any TaskCoder, isForked: Bool) -> any Error {
        var reader = ByteReader(bytes)
        do {
            return try self.decode(&reader, coder, isForked: isForked, depth: 0)
        } catch {
            return RemoteError(typeName: "", description: "an error that did not arrive as it was sent")
        }
    }

    /// How many failures of nested loops may be inside of each other in bytes that may be anything.
    private static let deepest = 64

    private static func decode(
        _ reader: inout ByteReader,
        _ coder: any TaskCoder,
        isForked: Bool,
        depth: Int
    ) throws(ByteReader.Malformed) -> any Error {
        guard depth < self.deepest else { throw ByteReader.Malformed() }
        switch Kind(rawValue: try reader.byte()) {
        case .remote?:
            return RemoteError(typeName: try reader.text(), description: try reader.text())
        case .parallelError?:
            return ParallelError(ParallelError.Code(try reader.text()), try reader.text())
        case .cancellation?:
            return CancellationError()
        case .codable?:
            let (address, name) = (try reader.integer(UInt.self), try reader.text())
            let payload = try reader.counted()
            let remote = try self.decode(&reader, coder, isForked: isForked, depth: depth + 1)
            guard let type = self.type(at: isForked ? address : 0, named: name) as? any (Error & Codable).Type else {
                return remote
            }
            return (try? coder.decode(type, from: payload)) ?? remote
        case .taskFailure?:
            let (index, attempt, pid) = (
                try reader.integer(Int.self), try reader.integer(Int.self), try reader.integer(Int.self)
            )
            let (signal, exitCode) = (try reader.integer(Int32.self), try reader.integer(Int32.self))
            let (arguments, name, host, trace) = (
                try reader.text(), try reader.text(), try reader.text(), try reader.text()
            )
            return TaskFailure(
                index: index,
                arguments: arguments,
                underlyingError: try self.decode(&reader, coder, isForked: isForked, depth: depth + 1),
                reason: TaskFailure.Reason(name: name, signal: signal, exitCode: exitCode),
                worker: TaskFailure.Worker(host: host, pid: pid),
                attempt: attempt,
                remoteTrace: trace.isEmpty ? nil : trace
            )
        case nil:
            throw ByteReader.Malformed()
        }
    }

    /// The type that the child has named.
    ///
    /// Types that are private to a file have no name that could be looked up, but stand in the program's own data.
    private static func type(at address: UInt, named name: String) -> Any.Type? {
        // A name with an address in it leads there.
        if let type = PortableName.type(named: name) { return type }
        guard ImageAddress.isInImage(address) else { return nil }
        // SAFETY: the child has read it off a value, and the image is mapped at the same place in both.
        return unsafe unsafeBitCast(address, to: Any.Type.self)
    }
}
