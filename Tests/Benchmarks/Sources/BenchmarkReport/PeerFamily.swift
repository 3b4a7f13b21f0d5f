// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Peers that share a color in the picture.
enum PeerFamily: CaseIterable {
    case openMP
    case oneTBB
    case rayon
    case dispatch
    case taskGroup
    case python
    case cluster
    case echo

    var name: String {
        switch self {
        case .openMP: "OpenMP"
        case .oneTBB: "oneTBB"
        case .rayon: "rayon"
        case .dispatch: "Dispatch"
        case .taskGroup: "TaskGroup"
        case .python: "joblib, mp.Pool"
        case .cluster: "Dask, Ray"
        case .echo: "NIOSSL"
        }
    }

    /// Colors that the color-blind tell apart, on light and on dark ground.
    var color: String {
        switch self {
        case .openMP: "#0072b2"
        case .oneTBB: "#56b4e9"
        case .rayon: "#d55e00"
        case .dispatch: "#e69f00"
        case .taskGroup: "#cc79a7"
        case .python: "#009e73"
        case .cluster: "#f0e442"
        case .echo: "#999999"
        }
    }

    private var prefixes: [String] {
        switch self {
        case .openMP: ["OpenMP"]
        case .oneTBB: ["TBB"]
        case .rayon: ["rayon"]
        case .dispatch: ["concurrentPerform", "Dispatch"]
        case .taskGroup: ["TaskGroup"]
        case .python: ["joblib", "mp.Pool"]
        case .cluster: ["Dask", "Ray"]
        case .echo: ["NIOSSL"]
        }
    }

    /// The best that a family does in a case.
    func best(in result: CaseResult) -> Double? {
        let medians = result.contenders
            .filter { contender in
                contender.kind == .peer && self.prefixes.contains { contender.name.hasPrefix($0) }
            }
            .compactMap { $0.statistics?.median }
        return result.benchmark.figure.best(medians)
    }
}
