// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import BenchmarkReport
import Glibc

/// Builds the programs of contenders, or says what is missing.
struct PeerBuild {
    /// The folder of the package.
    let package: String

    private(set) var programs: [PeerProgram] = []
    private(set) var missing: [RunDescription.Missing] = []

    /// What the peers were made with.
    private(set) var versions: [String] = []

    /// The program that measures what following a loop costs.
    var progressCost: String { "\(self.products)/progress-cost" }

    private var products: String { "\(self.package)/\(TCPTrait.scratchFolder)/release" }

    private var folder: String { "\(self.package)/.build/peers" }

    init(package: String) { self.package = package }

    mutating func build() throws {
        // Not among the peers: without them there is nothing to measure.
        _ = try ChildProcess.output(
            of: ["swift", "build", "--configuration", "release", "--package-path", self.package]
                + TCPTrait.arguments(package: self.package),
            within: .seconds(1800)
        )
        self.programs.append(try PeerProgram(.ours, ["\(self.products)/our-contenders"]))
        self.programs.append(try PeerProgram(.ours, ["\(self.products)/tcp-contenders"]))
        self.programs.append(try PeerProgram(.limit, ["\(self.products)/limits"]))
        self.programs.append(try PeerProgram(.peer, ["\(self.products)/swift-peers"]))
        self.programs.append(try PeerProgram(.peer, ["\(self.products)/niossl-peers"]))

        try self.add("OpenMP", "apt-get install g++") { build in
            // Unbound, both threads may be woken on one CPU, and stay there.
            ["env", "OMP_PROC_BIND=true", try build.compileNative("openmp", ["-fopenmp"], [])]
        }
        try self.add("oneTBB", "apt-get install g++ libtbb-dev") { build in
            [try build.compileNative("onetbb", [], ["-ltbb"])]
        }
        try self.add("rayon", "apt-get install cargo librust-rayon-dev") { build in [try build.compileRust()] }
        try self.add("joblib", "pip install joblib numpy") { build in
            [build.python, "\(build.package)/Peers/joblib_peer.py"]
        }
        guard TCPTrait.isOn else { return }
        try self.add("Dask", "pip install joblib numpy 'dask[distributed]'") { build in
            [build.python, "\(build.package)/Peers/dask_peer.py"]
        }
        try self.add("Ray", "pip install joblib numpy ray") { build in
            [build.python, "\(build.package)/Peers/ray_peer.py"]
        }
    }

    private mutating func add(_ name: String, _ remedy: String, _ make: (PeerBuild) throws -> [String]) throws {
        do {
            let program = try PeerProgram(.peer, make(self))
            self.programs.append(program)
            self.versions.append(program.version)
        } catch let failure as ChildProcess.Failure {
            self.missing.append(RunDescription.Missing(name: name, reason: failure.description, remedy: remedy))
        }
    }

    private func compileWork() throws {
        _ = try ChildProcess.output(of: ["mkdir", "-p", self.folder])
        let include = "\(self.package)/Peers/Work/include"
        _ = try ChildProcess.output(of: [
            "gcc", "-O3", "-march=native", "-c", "\(self.package)/Peers/Work/work.c", "-I", include, "-o",
            "\(self.folder)/work.o",
        ])
        _ = try ChildProcess.output(of: ["ar", "rcs", "\(self.folder)/libwork.a", "\(self.folder)/work.o"])
    }

    private func compileNative(_ name: String, _ options: [String], _ libraries: [String]) throws -> String {
        try self.compileWork()
        let program = "\(self.folder)/\(name)"
        _ = try ChildProcess.output(
            of: ["g++", "-std=c++17", "-O3", "-march=native"] + options + [
                "\(self.package)/Peers/Native/\(name).cpp", "-I", "\(self.package)/Peers/Work/include",
                "\(self.folder)/libwork.a", "-o", program,
            ] + libraries,
            within: .seconds(300)
        )
        return program
    }

    private func compileRust() throws -> String {
        try self.compileWork()
        let sources = "\(self.package)/Peers/rayon"
        _ = try ChildProcess.output(
            of: [
                "cargo", "build", "--quiet", "--release", "--offline", "--target-dir", "\(self.folder)/rayon",
                "--manifest-path", "\(sources)/Cargo.toml", "--config", "\(sources)/.cargo/config.toml",
            ],
            environment: ["WORK_LIBRARY=\(self.folder)", "RUSTFLAGS=-C target-cpu=native"],
            within: .seconds(300)
        )
        return "\(self.folder)/rayon/release/rayon-peer"
    }

    /// The one that `install` made, or that of the system.
    private var python: String {
        let installed = "\(self.folder)/python/bin/python3"
        return access(installed, X_OK) == 0 ? installed : "python3"
    }
}
