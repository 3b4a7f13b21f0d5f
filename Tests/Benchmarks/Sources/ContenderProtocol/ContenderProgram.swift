// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Dispatch
import Glibc

/// The program's side of the talk with the driver; `protocol.hpp` says how it goes.
package struct ContenderProgram: Sendable {
    private let contenders: [Contender]

    /// What the program cannot do, by contender and work, with the reasons.
    private let exceptions: [Exception]

    package struct Exception: Sendable {
        let work: String
        let name: String
        let reason: String

        package init(_ work: String, _ name: String, _ reason: String) {
            self.work = work
            self.name = name
            self.reason = reason
        }
    }

    package init(_ contenders: [Contender], exceptions: [Exception] = []) {
        self.contenders = contenders
        self.exceptions = exceptions
    }

    package func run() {
        let arguments = CommandLine.arguments
        switch arguments.count {
        case 2 where arguments[1] == "list":
            for contender in self.contenders { print(contender.work, contender.name, separator: "\t") }
            for it in self.exceptions { print(it.work, it.name, "cannot: \(it.reason)", separator: "\t") }
        case 5:
            guard
                let contender = self.contenders.first(where: { $0.work == arguments[1] && $0.name == arguments[2] }),
                let workers = Int(arguments[3]), let count = Int(arguments[4])
            else { return Self.exit("no such contender") }
            Self.serve(contender.prepare, .init(workers: workers, count: count))
        default: Self.exit("usage: list | WORK CONTENDER WORKERS COUNT")
        }
    }

    private static func serve(_ preparation: Contender.Preparation, _ setup: Contender.Setup) {
        let end = DispatchSemaphore(value: 0)
        switch preparation {
        case .onMainThread(let prepare): return self.answer(prepare, setup)
        case .onThread(let prepare):
            pthread_detach(
                self.thread {
                    self.answer(prepare, setup)
                    end.signal()
                }
            )
        case .inTask(let prepare):
            Task.detached {
                await self.answer(prepare, setup)
                end.signal()
            }
        }
        end.wait()
    }

    private static func answer(
        _ prepare: (Contender.Setup) throws -> () throws -> Double,
        _ setup: Contender.Setup
    ) {
        do {
            let sample = try prepare(setup)
            self.say("ready")
            while readLine() != nil { self.say(Result { try sample() }) }
        } catch {
            self.exit("\(error)")
        }
    }

    // The thread of the pool that waits for the driver is not missed: nothing runs meanwhile.
    private static func answer(
        _ prepare: (Contender.Setup) async throws -> () async throws -> Double,
        _ setup: Contender.Setup
    ) async {
        do {
            let sample = try await prepare(setup)
            self.say("ready")
            while readLine() != nil {
                do { self.say(.success(try await sample())) } catch { self.say(.failure(error)) }
            }
        } catch {
            self.exit("\(error)")
        }
    }

    private static func say(_ outcome: Result<Double, any Error>) {
        switch outcome {
        case .success(let seconds): self.say("\(seconds)")
        case .failure(let error): self.say("error \(error)".split(separator: "\n").first.map(String.init) ?? "error")
        }
    }

    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    private static func exit(_ message: String) {
        let line = message + "\n"
        _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        Glibc.exit(2)
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            argument
        )
        precondition(status == 0, "no thread: \(status)")
        return thread
    }
}
