// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

// A program whose workers are observed from outside: by the tests of the backend loky, and by hand.

struct Echo: PortableTask {
    var value: Int
    func run() -> Int { self.value }
}

/// Prints, and returns at once.
struct Printing: PortableTask {
    var index: Int

    func run() -> Int {
        for line in 0..<100 { print(String(repeating: Character("\(self.index)"), count: 10 + line % 1)) }
        return self.index
    }
}

/// How many descriptors the worker has, beside the standard ones.
struct Descriptors: PortableTask {
    var index: Int

    func run() -> [Int32] { (3..<256).filter { fcntl($0, F_GETFD) >= 0 } }
}

struct Exit: PortableTask {
    var index: Int
    func run() -> Int { exit(3) }
}

func fail(_ text: String) -> Never {
    print(text)
    exit(1)
}

// Whoever starts this on a thread of a pool has it ignore signals that end other programs.
var nothing = sigset_t()
sigemptyset(&nothing)
sigprocmask(SIG_SETMASK, &nothing, nil)

let arguments = CommandLine.arguments.dropFirst()
let call = Parallel(nJobs: 2, backend: .loky)
switch arguments.first {
case "cold":
    // The first results of a pool of two.
    print(try call((0..<2).map { Delayed(Echo(value: $0)) }))
case "calls":
    let count = arguments.dropFirst().first.flatMap { Int($0) } ?? 1000
    for number in 0..<count {
        let sum = try call((0..<4).map { Delayed(Echo(value: $0)) }).reduce(0, +)
        guard sum == 6 else { fail("call \(number) gave \(sum)") }
    }
    print("\(count) calls")
case "stay":
    try stay(call, endingBy: arguments.dropFirst().first)
case "nest":
    _ = try call([Delayed(Nesting())])
case "hang":
    // Workers that never come up.
    let parameters = [BackendParameter.environment(["LOKY_PROBE_FAULT": "hang"])]
    _ = try Parallel(nJobs: 2, backend: .loky, backendParams: parameters)((0..<2).map { Delayed(Echo(value: $0)) })
case "interrupt":
    waitForInterrupts(call)
case "idle":
    // Workers that have nothing to do end with it, too.
    _ = try call((0..<2).map { Delayed(Echo(value: $0)) })
    for pid in LokyBackend.workerPIDs { print("worker \(pid)") }
    fflush(nil)
    while true { pause() }
case "print":
    // Ends right after its call: what the tasks have printed is printed all the same.
    _ = try call((0..<4).map { Delayed(Printing(index: $0)) })
case "inherit":
    // Neither what this process has open nor what belongs to another worker.
    for _ in 0..<20 { _ = open("/dev/null", O_RDONLY) }
    let lists = try Parallel(nJobs: 3, backend: .loky, batchSize: 1)((0..<12).map { Delayed(Descriptors(index: $0)) })
    print(Set(lists.map(\.count)).max() ?? 0)
case "replaced":
    // The file of the program is gone by the time at which workers are started.
    unlink(CommandLine.arguments[0])
    print(try call((0..<4).map { Delayed(Echo(value: $0)) }))
case "replace":
    try replaceProgram(arguments.dropFirst().first)
case "leave":
    try leaveAfterEach(Array(arguments.dropFirst()))
case "descriptors":
    try await limitDescriptors()
case "shared-memory":
    try await limitMemory()
case "processes":
    try await limitProcesses()
case "startup":
    let words = Array(arguments.dropFirst())
    try startup(words[0], words[1])
case "out-of-memory":
    try await runOutOfMemory(arguments.dropFirst().first ?? "")
case "tagged":
    let words = Array(arguments.dropFirst())
    try printTagged(words[0], verbose: Int(words[1]) ?? 0)
case "flood":
    try flood(Array(arguments.dropFirst()))
case "copies":
    try sendCopies()
case "copy":
    try callInCopy()
case "hopeless":
    // Every task ends its worker.
    do {
        _ = try call.results((0..<1_000).map { Delayed(Exit(index: $0)) })
        print("no end")
    } catch let error as ParallelError {
        let deaths = error.detail.split(separator: ";").filter { $0.contains("exited with status 3") }.count
        print("\(error.code), with \(deaths) deaths")
    }
    print("then: \(try call((0..<4).map { Delayed(Echo(value: $0)) }).reduce(0, +))")
case "deep":
    // As if it were a worker of a worker, ten times over.
    setenv("JOBLIB_DEPTH", "10", 1)
    do {
        _ = try call([Delayed(Echo(value: 1))])
        print("no refusal")
    } catch let error as ParallelError {
        print("refused: \(error.code)")
    }
case "memory":
    try measureMemory()
case "threads":
    try showInnerThreads(arguments.dropFirst().first)
default:
    print(
        "usage: loky-probe cold | calls N | stay [exit | crash | trap] | nest | hang | interrupt | idle | print | inherit | replaced | replace [FILE] | leave JOBS BATCH | descriptors | shared-memory | processes | "
            + "startup VARIABLE VALUE | out-of-memory FILE | tagged BACKEND VERBOSE | flood BACKEND VERBOSE TASK (BYTES | FILE) | copy | copies | hopeless | deep | memory | "
            + "threads [VALUE]"
    )
}
