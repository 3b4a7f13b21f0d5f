// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// What a child prints into its two streams, as its parent reads it.
// SAFETY: the record is memory that outlives this, by whoever has both; it is touched through C atomics.
@safe
struct ChildOutput {
    private let record: UnsafeMutablePointer<joblib_child_record>
    private let descriptors: [Int32]
    private var relays: [LineRelay]

    /// Begins; before the child does.
    ///
    /// - Parameters:
    ///   - record: The child's, which is there for as long as this is used.
    ///   - descriptors: What its standard output and its standard error are read from.
    init(_ record: UnsafeMutablePointer<joblib_child_record>, _ descriptors: [Int32]) {
        unsafe self.record = record
        self.descriptors = descriptors
        let nonce = unsafe record.pointee.output_nonce
        self.relays = [LineRelay(nonce: nonce), LineRelay(nonce: nonce, isError: true)]
    }

    /// Draws the number that the child's marks are to bear; before it is started.
    static func prepare(_ record: UnsafeMutablePointer<joblib_child_record>) {
        unsafe record.pointee.output_nonce = UInt64.random(in: 0...UInt64.max)
    }

    /// Reads what there is of a stream, but not without end: others wait as well.
    mutating func read(_ stream: Int) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<16 {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe Glibc.read(self.descriptors[stream], $0.baseAddress, $0.count)
            }
            guard count > 0 else { return }
            // After the bytes: a mark among them was announced before.
            self.relays[stream].readsMarks = unsafe joblib_output_has_marked(self.record) != 0
            self.relays[stream].add(bytes[..<count], ofTasks: unsafe Int(joblib_output_task_count(self.record)))
            if self.relays[stream].asksForMarks { unsafe joblib_output_ask(self.record, OutputLimit.marks) }
        }
    }

    /// The whole lines that were read and not yet taken; `nil` when there are none.
    mutating func takeLines(_ stream: Int) -> [UInt8]? { self.relays[stream].takeLines() }

    /// Takes in that there comes no more of a stream.
    mutating func end(_ stream: Int) {
        // Of several it is not known which one.
        let isOne = unsafe joblib_output_task_count(self.record) == 1
        self.relays[stream].end(task: isOne ? unsafe Int(joblib_output_task(self.record)) : nil)
    }

    /// The last that it has written to its standard error, as text.
    var errorTail: String { self.relays[1].tail }
}
