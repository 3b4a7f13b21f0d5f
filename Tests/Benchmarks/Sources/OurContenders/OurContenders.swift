// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Joblib

/// What we offer, on every backend that is named here.
@main
enum OurContenders {
    /// A backend that is measured.
    struct Backend {
        let name: String

        /// Whether its tasks see the caller's memory; what needs that is not measured otherwise.
        let sharesMemory: Bool

        /// Whether it is what the others are compared with, in the works that do not take seconds.
        var isReference = false

        var contender: String { "swift-joblib \(self.name)" }
    }

    static let backends = [
        Backend(name: "threading", sharesMemory: true),
        Backend(name: "multiprocessing", sharesMemory: false),
        Backend(name: "sequential", sharesMemory: true, isReference: true),
    ]

    static func main() {
        var contenders: [Contender] = []
        var exceptions: [ContenderProgram.Exception] = []
        for backend in self.backends {
            for work in LoopWorks.all + TaskWorks.all + DataWorks.all + AsynchronousWorks.all {
                if backend.isReference && !work.hasReference { continue }
                guard backend.sharesMemory || !work.needsSharedMemory else {
                    exceptions.append(.init(work.name, backend.contender, "its workers are processes"))
                    continue
                }
                let name = work.variant.isEmpty ? backend.contender : "\(backend.contender), \(work.variant)"
                contenders.append(Contender(work.name, name, work.preparation(backend.name)))
            }
        }
        for work in PortableWorks.all {
            let name = work.variant.isEmpty ? "swift-joblib loky" : "swift-joblib loky, \(work.variant)"
            contenders.append(Contender(work.name, name, work.preparation("loky")))
        }
        ContenderProgram(contenders, exceptions: exceptions).run()
    }
}
