// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// A program whose hosts are copies of it: what tests of the backend "tcp" start.

#if TCP

import Glibc
import Joblib
import JoblibTCP

registerTCPBackend()
let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch arguments.first {
    case "token": print(ClusterToken.generate().secretText)
    case "roots":
        let addresses = arguments.dropFirst(2).map { String($0) }
        let count = Int(arguments[1]) ?? 10
        let start = ContinuousClock.now
        let roots = try parallelConfig(backend: "tcp", backendParams: [.workers(addresses)]) {
            try Parallel()((0..<count).map { Delayed(Root(of: Double($0 * $0))) })
        }
        print(roots.reduce(0, +), ContinuousClock.now - start)
        let again = ContinuousClock.now
        let more = try parallelConfig(backend: "tcp", backendParams: [.workers(addresses)]) {
            try Parallel()((0..<count).map { Delayed(Root(of: Double($0 * $0))) })
        }
        print(more.reduce(0, +), ContinuousClock.now - again)
    case "roots-of-those-who-dial":
        let address = arguments[2]
        let roots = try parallelConfig(
            backend: "tcp",
            backendParams: [.listen(address), .waitForWorkers(within: .seconds(30))]
        ) { try Parallel()((0..<(Int(arguments[1]) ?? 10)).map { Delayed(Root(of: Double($0 * $0))) }) }
        print(roots.reduce(0, +))
    case "hold":
        let tasks = (0..<(Int(arguments[1]) ?? 1)).map { Delayed(Waiting(index: $0, folder: arguments[2])) }
        let addresses = Array(arguments.dropFirst(3))
        _ = try parallelConfig(backend: "tcp", backendParams: [.workers(addresses)]) {
            try Parallel(batchSize: 1)(tasks)
        }
    case "launch-hold", "launch-exit":
        let count = Int(arguments[1]) ?? 1
        let tasks = (0..<count).map { Delayed(Waiting(index: $0, folder: arguments[2])) }
        let launcher: CommandLauncher = try .commandLine(arguments[3], capacity: count)
        let parameters: [BackendParameter] = [.launch(launcher, workersPerHost: 1), .listen("127.0.0.1:0")]
        try parallelConfig(backend: "tcp", backendParams: parameters) {
            _ = try Parallel(batchSize: 1)(tasks)
            // As a program does that finds a mistake of its user's.
            if arguments[0] == "launch-exit" { exit(0) }
        }
    case "heavy":
        let kind = arguments.dropFirst().first ?? ""
        try Heavy.run(Array(arguments.dropFirst(2)), isPlain: kind.contains("plain"), isSame: kind.contains("same"))
    case "stream":
        try Stream.run(
            until: arguments[1],
            .waitForWorkers(atLeast: Int(arguments[2]) ?? 1, within: .seconds(Int(arguments[3]) ?? 60)),
            Stream.hosts(arguments[4], Array(arguments.dropFirst(5)))
        )
    case "idle": try Idle.run(arguments[1], Array(arguments.dropFirst(2)))
    case "figures": try Figures.run(Array(arguments.dropFirst()))
    default:
        print(
            "usage: tcp-probe token | roots COUNT ADDRESS… | roots-of-those-who-dial COUNT ADDRESS | hold COUNT FOLDER ADDRESS… | "
                + "launch-hold COUNT FOLDER COMMAND | launch-exit COUNT FOLDER COMMAND | "
                + "stream FILE COUNT SECONDS workers|listen|ssh|launch WORD… | idle FOLDER MACHINE… | "
                + "heavy plain|tls|plain-same|tls-same ADDRESS… | figures small|sleep ADDRESS…"
        )
    }
} catch {
    print("error: \(error)")
}

#else

print("this program shows the backend \"tcp\": build it with the trait TCP")

#endif
