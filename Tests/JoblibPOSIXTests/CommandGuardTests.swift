// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import JoblibPOSIX
import Synchronization
import Testing

@Suite("The process that tidies up behind another", .timeLimit(.minutes(1)))
final class CommandGuardTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "joblib-guard-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    private func path(_ name: String) -> String { self.folder.appending(path: name).path }

    private func wait(_ what: String, until condition: () -> Bool) throws {
        let end = Date(timeIntervalSinceNow: 30)
        while !condition() {
            try #require(Date() < end, "waited in vain: \(what)")
            usleep(2000)
        }
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self.path(name)) }

    private final class Sleeper: Sendable {
        let process: CommandProcess
        let box: SignalBox

        init(_ script: String) throws {
            let box = SignalBox()
            self.box = box
            self.process = try CommandProcess.start(["sh", "-c", script], didEnd: { box.note($0.signal) })
        }

        deinit { self.process.kill() }
    }

    private final class SignalBox: Sendable {
        let signal = Mutex<Int32?>(nil)
        func note(_ signal: Int32?) { self.signal.withLock { $0 = signal ?? 0 } }
        var value: Int32? { self.signal.withLock { $0 } }
    }

    @Test(
        "Once what it guards has gone it ends groups, runs commands, removes files, and ends itself; what was taken back it leaves alone"
    )
    func end() throws {
        let kept = try Sleeper("exec sleep 600")
        let ended = try Sleeper("exec sleep 600")
        for name in ["removed", "stays"] { try Data().write(to: self.folder.appending(path: name)) }
        var guardian: CommandGuard? = try CommandGuard()
        let pid = try #require(guardian?.pid)
        let back = try #require(guardian?.add(.group(kept.process.pid)))
        _ = guardian?.add(.group(ended.process.pid))
        _ = guardian?.add(.file(self.path("removed")))
        let stays = try #require(guardian?.add(.file(self.path("stays"))))
        _ = guardian?.add(.command(["touch", self.path("run here")]))
        _ = guardian?.add(.command(["joblib-no-such-command"]))
        guardian?.remove(back)
        guardian?.remove(stays)
        #expect(ended.box.value == nil)
        guardian = nil
        try self.wait("the group ends") { ended.box.value != nil }
        try self.wait("the command is run") { self.exists("run here") }
        try self.wait("the guard ends") { kill(pid, 0) != 0 }
        #expect(ended.box.value == SIGTERM && kept.box.value == nil)
        #expect(!self.exists("removed") && self.exists("stays"))
    }

    @Test("A group that ignores SIGTERM is ended all the same")
    func stubborn() throws {
        let sleeper = try Sleeper("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        try self.wait("it ignores the signal") { sleeper.process.errorTail.contains("ready") }
        var guardian: CommandGuard? = try CommandGuard()
        _ = guardian?.add(.group(sleeper.process.pid))
        guardian = nil
        try self.wait("it is ended") { sleeper.box.value == SIGKILL }
    }
}
