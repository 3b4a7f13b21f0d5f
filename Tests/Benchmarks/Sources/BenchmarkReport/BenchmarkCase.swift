// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// One thing that is measured: what the contenders do, how much of it, and what is told of it.
package struct BenchmarkCase: Sendable {
    /// Which workload it belongs to: `W1` to `W9`, `Probe`, or `TCP`.
    package let workload: String

    /// Its heading.
    package let title: String

    /// What the contenders' programs call it.
    package let work: String

    package let count: Int

    /// The count of a quick run.
    package let quickCount: Int

    package let figure: Figure

    /// What the physical limit is.
    package let limit: String

    /// Whether each sample is the first one of a fresh process.
    package let isCold: Bool

    /// How much memory a sample takes anew, which the machine is made to have at hand before it.
    package let freshBytes: Int

    /// Whether it is about how much memory grows, and not how much there is.
    package let isAboutGrowth: Bool

    /// Contenders that are left out, since they would take most of the run.
    package let omitted: [String]

    /// Tells the case from the others.
    package var id: String { self.figure == .speedup ? "\(self.work)-\(self.count)" : self.work }

    /// Whether it is of workers on other hosts, which need the trait `TCP`.
    package var isOfHosts: Bool { self.workload == "TCP" }

    /// What makes it a row of the picture.
    package var shortTitle: String { "\(self.workload) \(self.title)" }

    package init(
        _ workload: String,
        _ title: String,
        work: String,
        count: Int,
        quickCount: Int,
        figure: Figure,
        limit: String,
        isCold: Bool = false,
        freshBytes: Int = 0,
        isAboutGrowth: Bool = false,
        omitted: [String] = []
    ) {
        self.workload = workload
        self.title = title
        self.work = work
        self.count = count
        self.quickCount = quickCount
        self.figure = figure
        self.limit = limit
        self.isCold = isCold
        self.freshBytes = freshBytes
        self.isAboutGrowth = isAboutGrowth
        self.omitted = omitted
    }
}
