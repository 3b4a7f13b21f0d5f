// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import TestProcesses
import Testing

/// Hosts on a machine where nobody is told that the command has ended which has started them, as `sshd` tells nobody.
@Suite("Launched hosts that no signal reaches", .timeLimit(.minutes(2)), .serialized)
struct UnreachedHostsTests {
    /// A session of its own, whose output is nobody's.
    private static let ssh = """
        while [ "$1" != -- ]; do shift; done
        shift 2
        echo $$ >>"$FAKE/ssh-pids"
        IFS= read -r line
        printf '%s\\n' "$line" | setsid sh -c "$*" >/dev/null 2>&1 &
        wait
        """

    private let tools: FakeTools

    init() throws {
        registerTCPBackend()
        self.tools = try FakeTools(["ssh": Self.ssh])
    }

    private func parameters(_ idleTimeout: Duration) -> [BackendParameter] {
        [
            .listen("127.0.0.1:0"), .heartbeatInterval(.milliseconds(500)),
            .launch(.ssh(["hosta"]), workersPerHost: 1, idleTimeout: idleTimeout),
        ]
    }

    @Test("They end when no call has used them for as long as is said, while the scope is open")
    func idle() throws {
        try parallelConfig(backend: .tcp, backendParams: self.parameters(.milliseconds(200))) {
            let first = try Parallel()([Delayed(HostPID())])
            #expect(ProcessState.haveEnded(first, within: 20))
            let second = try Parallel()([Delayed(HostPID())])
            #expect(first != second)
        }
    }

    @Test("They end when the command has ended, and the next one is alone there")
    func commandEnds() throws {
        try parallelConfig(backend: .tcp, backendParams: self.parameters(.seconds(60))) {
            let first = try Parallel()([Delayed(HostPID())])
            let text = try String(contentsOfFile: self.tools.file("ssh-pids"), encoding: .utf8)
            kill(try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))), SIGKILL)
            #expect(ProcessState.haveEnded(first, within: 30))
            let second = try Parallel()([Delayed(HostPID())])
            #expect(first != second)
        }
    }
}

#endif
