// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol

/// What the libraries offer that workers on other hosts are reached with; without the trait, nothing.
@main
enum NIOSSLPeers {
    static func main() {
        #if TCP
        ContenderProgram([
            Contender(
                "tcp-large",
                "NIOSSL echo",
                .onThread { setup in
                    let byteCount = setup.count * MemoryLayout<Double>.stride
                    let echo = try EncryptedEcho(connections: setup.workers, messageByteCount: byteCount)
                    return { try timed { try echo.exchange(8 / setup.workers) } }
                }
            )
        ])
        .run()
        #else
        ContenderProgram([]).run()
        #endif
    }
}
