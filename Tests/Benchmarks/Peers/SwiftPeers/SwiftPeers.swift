// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol

/// What Swift offers without us.
@main
enum SwiftPeers {
    static func main() {
        let contenders = ConcurrentPerform.contenders + DispatchAsync.contenders + TaskGroups.contenders
        ContenderProgram(contenders + StandardLibrary.contenders).run()
    }
}
