// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibTCP

/// A cluster's status as lines of text.
struct StatusTable {
    let lines: [String]

    init(_ status: ClusterStatus) {
        let names = ["host", "workers", "running", "done", "failed", "in", "out", "round trip", "state"]
        var rows = [names] + status.hosts.map { Self.row($0, named: $0.name) }
        if status.hosts.count != 1 {
            let sum = status.hosts.reduce(into: HostStatus(name: "", slots: 0)) { $0.add($1) }
            // The last two are of each host alone.
            rows.append(Self.row(sum, named: "\(status.hosts.count) hosts").dropLast(2) + ["", ""])
        }
        var lines = ["\(status.teller) \(status.name)"] + Self.aligned(rows)
        if status.omittedCount > 0 { lines.append("and \(status.omittedCount) hosts that are not shown, nor counted") }
        self.lines = lines
    }

    private static func row(_ host: HostStatus, named name: String) -> [String] {
        var row = [name, "\(host.slots)", "\(host.running)", "\(host.done)", "\(host.failed)"]
        row += [Self.bytes(host.bytesIn), Self.bytes(host.bytesOut), Self.time(host.roundTrip)]
        return row + [host.isDraining ? "draining" : "ready"]
    }

    /// Columns side by side; numbers to the right, names and states to the left.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let last = rows[0].count - 1
        let widths = (0...last).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = row.enumerated()
                .map { column, text in
                    let space = String(repeating: " ", count: widths[column] - text.count)
                    return column == 0 || column == last ? text + space : space + text
                }
                .joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// A number of bytes, three digits of it at least, in powers of 1000.
    static func bytes(_ count: UInt64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var (value, unit) = (Double(count), 0)
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(Self.rounded(value)) \(units[unit])"
    }

    /// A time in milliseconds.
    static func time(_ duration: Duration?) -> String {
        guard let duration else { return "-" }
        return "\(Self.rounded(duration / .milliseconds(1))) ms"
    }

    /// One place behind the point below 100, and none above.
    private static func rounded(_ value: Double) -> String {
        value < 99.95 ? "\((value * 10).rounded() / 10)" : "\(UInt64(value.rounded()))"
    }
}

extension HostStatus {
    /// Adds the numbers of another host, which may be anything.
    fileprivate mutating func add(_ other: HostStatus) {
        self.slots &+= other.slots
        self.running &+= other.running
        self.done &+= other.done
        self.failed &+= other.failed
        self.bytesIn &+= other.bytesIn
        self.bytesOut &+= other.bytesOut
    }
}

#endif
