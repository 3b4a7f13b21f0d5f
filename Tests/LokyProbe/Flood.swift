// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// Prints that it is there, and one of them much more, to both streams.
struct Flooding: PortableTask {
    var index: Int
    var culprit: Int

    /// How much that one prints to each; or for as long as a file is not there.
    var byteCount: Int
    var path: String

    func run() -> Int {
        print("task \(self.index) is here")
        guard self.index == self.culprit || self.culprit < 0 else { return self.index }
        let line = String(repeating: "x", count: 1023) + "\n"
        var printed = 0
        while self.path.isEmpty ? printed < self.byteCount : access(self.path, F_OK) != 0 {
            print(line, terminator: "")
            _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
            printed += line.utf8.count
        }
        return self.index
    }
}

/// Runs six such tasks with one worker, or with two while one of them prints until the others are done.
///
/// - Parameter words: The backend, a `verbose`, which task prints how much; or `-` and a path for the rendezvous.
/// - Throws: What a task has failed of.
func flood(_ words: [String]) throws {
    let (backend, verbose, culprit) = (words[0], Int(words[1]) ?? 0, Int(words[2]) ?? 0)
    let path = words[3].hasPrefix("/") ? words[3] : ""
    let tasks = (0..<6).map { Flooding(index: $0, culprit: culprit, byteCount: Int(words[3]) ?? 0, path: path) }
    let call = Parallel(nJobs: path.isEmpty ? 1 : 2, backend: .named(backend), verbose: verbose, batchSize: 1)
    let delayedTasks = tasks.map { task in backend == "loky" ? Delayed(task) : delayed { task.run() } }
    let results = try call(delayedTasks, returnAs: .generatorUnordered)
    var count = 0
    while try results.next() != nil {
        count += 1
        if count == tasks.count - 1, !path.isEmpty { close(creat(path, 0o600)) }
    }
    print("\(count) results")
}
