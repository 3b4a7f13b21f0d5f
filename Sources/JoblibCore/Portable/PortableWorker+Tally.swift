// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension PortableWorker {
    /// How many tasks an answer says the end of.
    public struct AnswerTally: Sendable, Hashable {
        /// Those that have returned, from 0.
        public let succeeded: Int

        /// Those that have thrown, ran out of time, or could not be encoded or decoded, from 0.
        public let failed: Int
    }

    /// Counts the tasks of an answer, for whoever passes it on and shows how a worker gets on.
    ///
    /// - Parameter answer: What ``execute(_:coder:workerIndex:isCancelled:watch:overrun:send:)`` sent, or any bytes: what makes no sense
    ///   is not counted.
    /// - Returns: The numbers.
    public static func tally(of answer: [UInt8]) -> AnswerTally {
        var (succeeded, failed) = (0, 0)
        if var answer = try? WorkerAnswer(decoding: answer) {
            while let message = (try? answer.next()) ?? nil {
                switch message.kind {
                case .result, .lent: succeeded += 1
                case .results:
                    var reader = ByteReader(message.payload)
                    // A count of what has no bytes may be any number.
                    if let count = try? reader.integer(Int.self), 1...Int(Int32.max) ~= count { succeeded += count }
                case .failed, .notEncodable, .notDecodable, .timedOut: failed += 1
                case .started, .finished, .retried: break
                }
            }
        }
        return AnswerTally(succeeded: succeeded, failed: failed)
    }
}
