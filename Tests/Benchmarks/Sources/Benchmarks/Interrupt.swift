// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Synchronization

/// Ctrl-C, as a question that the loops of the driver ask: the children are ended on the way out.
enum Interrupt {
    struct Interrupted: Error {}

    private static let hasCome = Atomic(false)

    static func watch() {
        var action = sigaction()
        // No SA_RESTART: a wait must come back.
        action.__sigaction_handler.sa_handler = { _ in Interrupt.hasCome.store(true, ordering: .relaxed) }
        for signal in [SIGINT, SIGTERM] { sigaction(signal, &action, nil) }
        // A child that has gone is an error of its write, and not the end of the driver.
        signal(SIGPIPE, SIG_IGN)
    }

    static func check() throws {
        if self.hasCome.load(ordering: .relaxed) { throw Interrupted() }
    }
}
