// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Dispatch
import JoblibCluster
import JoblibTCP
import Synchronization
import Testing

/// A whole conversation, from the first byte of TLS to the last answer, that goes wrong at each of its bytes.
@Suite("Every byte of a conversation", .timeLimit(.minutes(5)), .serialized)
struct EveryByteTests {
    private let parties: PumpedConversation.Parties
    private let expected: [[HostMessage]]
    private let byteCounts: [Int]

    init() throws {
        self.parties = try PumpedConversation.Parties(.generate())
        // Signatures are of different lengths: of some conversations the longest.
        var byteCounts = [0, 0]
        var expected: [[HostMessage]] = []
        for _ in 0..<5 {
            let conversation = try PumpedConversation(self.parties)
            try conversation.run()
            expected = PumpedConversation.End.allCases.map { conversation.received($0) ?? [] }
            byteCounts = zip(byteCounts, conversation.sent).map { max($0, $1) }
            conversation.close()
        }
        self.expected = expected
        self.byteCounts = byteCounts
        #expect(expected.map(\.count) == [5, 6])
    }

    /// Has a conversation go wrong at each byte of an end, several at once.
    ///
    /// - Parameters:
    ///   - sender: The end.
    ///   - kind: What goes wrong at a byte.
    /// - Returns: How many came through whole all the same.
    private func run(_ sender: PumpedConversation.End, _ kind: (Int) -> PumpedConversation.Fault.Kind) -> Int {
        let faults = (0..<self.byteCounts[sender.rawValue])
            .map { PumpedConversation.Fault(sender: sender, offset: $0, kind: kind($0)) }
        let problems = Mutex<[String]>([])
        let wholeCount = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: faults.count) { number in
            do {
                let conversation = try PumpedConversation(self.parties)
                try conversation.run(faults[number])
                if conversation.received(sender.other) == self.expected[sender.other.rawValue] {
                    wholeCount.add(1, ordering: .relaxed)
                }
                conversation.close()
                let found = self.problems(of: conversation)
                problems.withLock { $0 += found.map { "\(faults[number]): \($0)" } }
            } catch {
                problems.withLock { $0.append("\(faults[number]): \(error)") }
            }
        }
        let found = problems.withLock { $0 }
        #expect(found.isEmpty, "\(found.count), such as \(found.prefix(3))")
        return wholeCount.load(ordering: .relaxed)
    }

    /// What both ends were told has to be the beginning of what they should have been told, and each hears once of the end.
    private func problems(of conversation: PumpedConversation) -> [String] {
        PumpedConversation.End.allCases.compactMap { end in
            let received = conversation.received(end) ?? []
            guard self.expected[end.rawValue].starts(with: received) else { return "\(end) was told \(received)" }
            let count = conversation.endCount(end)
            return count == 1 ? nil : "\(end) has heard \(count) times that it is over"
        }
    }

    @Test(
        "62: a connection that ends before any of its bytes has told nothing wrong",
        arguments: PumpedConversation.End.allCases
    )
    func cut(_ sender: PumpedConversation.End) {
        // With the last byte, and after what a shorter signature leaves of the count, all was said.
        #expect(self.run(sender) { _ in .cut } < 100)
    }

    @Test(
        "S8: a byte that is another one on its way is never taken for what was sent",
        arguments: PumpedConversation.End.allCases
    )
    func flip(_ sender: PumpedConversation.End) {
        // Of what is in the open there is the version in the header of a record, which nobody reads.
        #expect(self.run(sender) { .flip(bit: UInt8(truncatingIfNeeded: $0 &* 5)) } < 100)
    }
}

#endif
