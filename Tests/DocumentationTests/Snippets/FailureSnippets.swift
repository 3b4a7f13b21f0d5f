// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib

extension Snippet {
    static let failures = [
        Snippet("taskThrows", taskThrows),
        Snippet("outcomes", outcomes),
        Snippet("taskTimesOut", taskTimesOut),
        Snippet("readingFails", readingFails),
        Snippet("unknownBackend", unknownBackend),
        Snippet("nestedFailure", nestedFailure),
        Snippet("unknownParameter", unknownParameter),
    ]
}

struct BadLine: Error, CustomStringConvertible {
    let number: Int

    var description: String { "line \(self.number) cannot be read" }
}

private func taskThrows() {
    do {
        _ = try Parallel(nJobs: 2)
            .map(["12", "x", "7"]) { text in
                guard let number = Int(text) else { throw BadLine(number: 2) }
                return number
            }
    } catch let failure as TaskFailure {
        print(failure)
        print(failure.index, failure.arguments, failure.reason, failure.underlyingError is BadLine)
    } catch {
        print("not this time", error)
    }
}

private func outcomes() throws {
    let tasks = (1...4)
        .map { number in
            delayed { () throws -> Int in
                if number.isMultiple(of: 2) { throw BadLine(number: number) }
                return number * 10
            }
        }
    for outcome in try Parallel(nJobs: 2).results(tasks) {
        switch outcome {
        case .success(let output): print("output", output)
        case .failure(let failure): print("failed", failure)
        }
    }
}

private func taskTimesOut() {
    do {
        try Parallel(nJobs: 2, timeout: .milliseconds(100))
            .forEach(["short", "long"]) { name in
                while name == "long", TaskContext.current?.isCancelled == false { usleep(1000) }
            }
    } catch {
        print(error)
    }
}

private func readingFails() throws {
    let lines: [Result<String, BadLine>] = [.success("a"), .failure(BadLine(number: 2)), .success("c")]
    let tasks = lines.lazy.map { line in
        delayed { try line.get().uppercased() }
    }
    do {
        print(try Parallel(nJobs: 1)(tasks))
    } catch {
        print(error)
    }
}

private func unknownBackend() {
    do {
        try Parallel(nJobs: 2, backend: "thredding").forEach(0..<10) { _ in }
    } catch let error as ParallelError where error.code == .unknownBackend {
        print("choose another backend")
    } catch {
        print("not this time", error)
    }
}

private func nestedFailure() {
    do {
        try Parallel(nJobs: 2)
            .forEach(["a", "b"]) { name in
                try Parallel(nJobs: 2)
                    .forEach(0..<3) { number in
                        if name == "b", number == 1 { throw BadLine(number: number) }
                    }
            }
    } catch {
        print(error)
    }
}

private func unknownParameter() {
    do {
        let parameters = [BackendParameter(name: "colour", value: "red")]
        try Parallel(backend: "threading", backendParams: parameters).forEach(0..<10) { _ in }
    } catch {
        print(error)
    }
}
