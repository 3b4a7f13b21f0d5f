// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// What the document says of the machine.
enum MachineDescription {
    static var text: String {
        let model = ProcFile("/proc/cpuinfo").value("model name") ?? "unknown processor"
        let gibibytes = Double(ProcFile("/proc/meminfo").kilobytes("MemTotal")) / 1_048_576
        // What follows the version names whoever has built it.
        let kernel = ProcFile("/proc/sys/kernel/osrelease").text.prefix { $0.isNumber || $0 == "." }
        let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return "\(count) CPUs (\(model)), \(Int(gibibytes.rounded())) GiB, Linux \(kernel)"
    }

    static var swiftVersion: String {
        let lines = (try? ChildProcess.output(of: ["swift", "--version"]))?.split(separator: "\n") ?? []
        let line = lines.first { $0.contains("Swift version") } ?? "Swift"
        // What is in parentheses names a build.
        return line.split(separator: "(").first
            .map { String($0.split(whereSeparator: \.isWhitespace).joined(separator: " ")) }
            ?? "Swift"
    }

    static var today: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        let digits = { (value: Int32) in value < 10 ? "0\(value)" : "\(value)" }
        return "\(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
    }
}
