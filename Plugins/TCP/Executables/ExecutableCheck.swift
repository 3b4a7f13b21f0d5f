// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibPOSIX

/// Whether this machine can run an executable, found out without running it.
enum ExecutableCheck {
    /// The system's dynamic loader, which lists the libraries of a program; ld.so(8).
    private static let loaders = [
        "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1",
    ]

    /// How long it may take.
    private static let patience: UInt64 = 30_000_000_000

    /// Looks at a file.
    ///
    /// - Parameter path: Where it is.
    /// - Returns: Why it cannot be run, with the remedy; `nil` if nothing is known that would keep it from running.
    static func fault(of path: String) -> String? {
        let header = { (path: String) -> [UInt8] in
            guard let file = try? OpenFile(path, .reading) else { return [] }
            return (try? file.bytes(at: 0, count: 20)) ?? []
        }
        if let fault = self.fault(header: header(path), own: header("/proc/self/exe")) { return fault }
        guard let loader = self.loaders.first(where: { FileStatus.isExecutable($0) }) else { return nil }
        let listing = self.run(loader, ["--list", path])
        var missing = self.missingLibraries(listing)
        // That names the first one. What asks for all of them would start a program that lacks none, had the loader another mind.
        if !missing.isEmpty {
            let all = self.missingLibraries(self.run(loader, [path], ["LD_TRACE_LOADED_OBJECTS": "1"]))
            if all.count > missing.count { missing = all }
        }
        if !missing.isEmpty {
            return "this machine lacks \(missing.joined(separator: ", ")); install what they belong to, "
                + "or build the program with -static-stdlib, and its own libraries statically"
        }
        let versions = self.missingVersions(listing)
        guard !versions.isEmpty else { return nil }
        return
            "this machine's libraries are older than those that it was built with: \(versions.joined(separator: ", ")); "
            + "build it on a system no newer than this one"
    }

    private static func run(_ loader: String, _ arguments: [String], _ more: [String: String] = [:]) -> String {
        let result = try? ChildProgram.run(
            loader,
            arguments,
            environment: ProcessEnvironment.all.merging(more) { $1 },
            until: MonotonicClock.now + self.patience
        )
        return result?.output ?? ""
    }

    /// What is wrong with the first 20 bytes of a file, elf(5), as far as this program's own tell.
    static func fault(header: [UInt8], own: [UInt8]) -> String? {
        guard header.count == 20, header.prefix(4).elementsEqual([0x7f, 0x45, 0x4c, 0x46]) else {
            return "what has come is no executable"
        }
        // The class, the byte order, and the processor.
        guard own.count == 20, header[4...5] == own[4...5], header[18...19] == own[18...19] else {
            return "it was built for another processor than this machine's"
        }
        return nil
    }

    /// The libraries that a listing of the loader's says are not there.
    static func missingLibraries(_ listing: String) -> [String] {
        var names: [String] = []
        for line in listing.split(separator: "\n") {
            let name: Substring
            if let end = line.firstRange(of: " => not found") {
                name = line[..<end.lowerBound]
            } else if let start = line.firstRange(of: "error while loading shared libraries: "),
                let end = line[start.upperBound...].firstRange(of: ": cannot open shared object file")
            {
                name = line[start.upperBound..<end.lowerBound]
            } else {
                continue
            }
            let trimmed = name.drop { $0.isWhitespace }
            if !names.contains(String(trimmed)) { names.append(String(trimmed)) }
        }
        return names
    }

    /// The versions that libraries have not, as a listing of the loader's says, with which it ends as if all were well.
    static func missingVersions(_ listing: String) -> [String] {
        var versions: [String] = []
        for line in listing.split(separator: "\n") {
            guard let start = line.firstRange(of: ": version `"),
                let end = line[start.upperBound...].firstRange(of: "' not found (required by ")
            else { continue }
            let version = line[start.upperBound..<end.lowerBound]
            // What the line begins with is whose words these are, where that is not the library itself.
            let library = line[..<start.lowerBound].split(separator: ":").last?.split(separator: "/").last
            let text = "\(library.map { $0.drop { $0.isWhitespace } } ?? "a library") lacks \(version)"
            if !versions.contains(text) { versions.append(text) }
        }
        return versions
    }
}

#endif
