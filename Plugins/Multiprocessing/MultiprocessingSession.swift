// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWorkers

/// Forks the workers of calls, each from a thread that waits for it.
final class MultiprocessingSession: ForkingSession {
    private let settings: MultiprocessingSettings

    init(_ settings: MultiprocessingSettings) {
        self.settings = settings
    }

    var maxTasksPerWorker: Int? { self.settings.workers.maxTasksPerWorker }

    var isIdempotent: Bool { self.settings.workers.isIdempotent }

    func submit(_ batch: Batch) throws {
        ForkTurn.enter()
        do {
            try PlatformThread.start(name: "joblib-fork") {
                batch.run()
                ForkTurn.leave()
            }
        } catch {
            ForkTurn.leave()
            throw ParallelError(.resourceExhausted, "no thread could be started: \(error); use fewer jobs")
        }
    }

    func whileWaiting(_ body: () -> Void) {
        ForkTurn.leave()
        body()
        ForkTurn.enter()
    }

    func fork(
        _ body: @escaping @Sendable (_ send: @escaping ([UInt8]) -> Void) -> Void
    ) throws -> any ForkedWorker {
        let initializer = self.settings.workers.initializer
        let process: ForkedProcess
        do {
            process = try ForkedProcess.start { sender in
                if let initializer {
                    do {
                        try initializer()
                    } catch {
                        return sender.send(MultiprocessingWorker.startupFailure(error))
                    }
                }
                body { message in sender.send([MultiprocessingWorker.isMessage] + message) }
            }
        } catch {
            throw ParallelError(.resourceExhausted, "no process could be forked: \(error); use fewer jobs")
        }
        return MultiprocessingWorker(process)
    }
}
