// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Every setting that a scope can make; `nil` means unset.
struct ParallelConfig: Sendable {
    var backend: BackendSelection?
    var nJobs: Int?
    var verbose: Int?
    var progress: ProgressDisplay?
    var tempFolder: String?
    var maxNBytes: ByteCount?
    var mmapMode: MmapMode?
    var prefer: BackendPreference?
    var require: BackendRequirement?
    var innerMaxNumThreads: Int?
    var seed: UInt64?
    var stallTimeout: Duration?
    var backendParams: [BackendParameter] = []

    /// In how many loops' tasks, one inside of the other, the scopes were opened that say `verbose` and `progress`.
    var verboseDepth = 0
    var progressDepth = 0

    /// Notes where a scope is opened.
    mutating func noteDepth() {
        guard self.verbose != nil || self.progress != nil else { return }
        let depth = EnclosingTask.currentDepth
        (self.verboseDepth, self.progressDepth) = (depth, depth)
    }

    /// The settings that hold where `self` was given inside of `outer`: the inner one wins, key by key.
    ///
    /// Parameters belong to the backend they were given with. Whoever chooses another backend does not inherit them.
    func overlaying(_ outer: ParallelConfig) -> ParallelConfig {
        var merged = self
        merged.backend = self.backend ?? outer.backend
        merged.nJobs = self.nJobs ?? outer.nJobs
        merged.verbose = self.verbose ?? outer.verbose
        merged.progress = self.progress ?? outer.progress
        merged.verboseDepth = self.verbose == nil ? outer.verboseDepth : self.verboseDepth
        merged.progressDepth = self.progress == nil ? outer.progressDepth : self.progressDepth
        merged.tempFolder = self.tempFolder ?? outer.tempFolder
        merged.maxNBytes = self.maxNBytes ?? outer.maxNBytes
        merged.mmapMode = self.mmapMode ?? outer.mmapMode
        merged.prefer = self.prefer ?? outer.prefer
        merged.require = self.require ?? outer.require
        merged.innerMaxNumThreads = self.innerMaxNumThreads ?? outer.innerMaxNumThreads
        merged.seed = self.seed ?? outer.seed
        merged.stallTimeout = self.stallTimeout ?? outer.stallTimeout
        if self.backend == nil {
            let names = Set(self.backendParams.map(\.name))
            merged.backendParams = outer.backendParams.filter { !names.contains($0.name) } + self.backendParams
        }
        return merged
    }
}
