// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol

#if TCP
import JoblibTCP
#endif

/// What we offer on other hosts, which are processes of this program; without the trait, nothing.
@main
enum TCPContenders {
    static func main() {
        #if TCP
        registerTCPBackend()
        ContenderProgram(TinyWorks.all + LargeWorks.all + SleepingWorks.all).run()
        #else
        ContenderProgram([]).run()
        #endif
    }
}
