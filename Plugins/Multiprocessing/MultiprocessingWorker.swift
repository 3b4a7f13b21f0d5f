// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWorkers

/// A forked worker, and how its end is told.
// SAFETY: `startupFailure` is touched by the one thread that waits for the worker.
final class MultiprocessingWorker: ForkedWorker, @unchecked Sendable {
    /// What the first byte of a message says of the others.
    static let isMessage: UInt8 = 0
    static let isStartupFailure: UInt8 = 1

    private let process: ForkedProcess
    private var startupFailure: String?

    init(_ process: ForkedProcess) {
        self.process = process
    }

    /// Makes the message of a worker whose initialiser has thrown.
    static func startupFailure(_ error: any Error) -> [UInt8] {
        [self.isStartupFailure] + Array("the initializer threw \(error)".utf8)
    }

    var pid: Int32 { self.process.pid }

    func next(until deadline: UInt64) -> ForkedWorkerEvent {
        while true {
            switch self.process.next(until: deadline) {
            case .message(let bytes):
                if bytes.first == Self.isMessage { return .message(Array(bytes.dropFirst())) }
                self.startupFailure = String(decoding: bytes.dropFirst(), as: UTF8.self)
            case .lines(let bytes, let isError): return .lines(bytes, isError: isError)
            case .woken: return .woken
            case .late: return .late
            case .ended(let ending): return .ended(self.end(ending))
            }
        }
    }

    var standstill: Int? { self.process.standstill }

    var canRead: Bool { self.process.canRead }

    func read(_ address: UInt, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        unsafe self.process.read(address, into: buffer)
    }

    func wake() { self.process.wake() }

    func kill(recordsStack: Bool) {
        if recordsStack { self.process.recordStack() }
        self.process.kill()
    }

    private func end(_ ending: ChildEnding) -> ForkedWorkerEnd {
        let stack = ending.stack.isEmpty ? nil : StackTrace(addresses: ending.stack)
        return ForkedWorkerEnd(
            isDone: ending.isDone && self.startupFailure == nil,
            signal: ending.signal,
            exitCode: ending.exitCode,
            explanation: CrashExplanation(ending, location: stack?.innermostLocation, isForked: true).text,
            stackTrace: stack?.description,
            startupFailure: self.startupFailure
        )
    }
}
