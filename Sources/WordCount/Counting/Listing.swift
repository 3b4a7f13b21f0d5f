// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The counts as `wc` prints them: lines, words and bytes in columns of equal width, then the path.
package struct Listing {
    /// The files that were counted.
    package var counts: [(path: FilePath, count: Count)]

    /// The number of files that were not.
    package var missing: Int

    /// Creates a listing.
    package init(counts: [(path: FilePath, count: Count)], missing: Int = 0) {
        self.counts = counts
        self.missing = missing
    }

    /// The sum over all files.
    var total: Count {
        var total = Count()
        for (_, count) in self.counts { total += count }
        return total
    }

    /// The listing as bytes: a path need not be UTF-8.
    ///
    /// - Parameter totalOnly: Whether to leave out the files. If not, there is no total for a single file, as with `wc`.
    /// - Returns: One line for each file, in the order given, and one for the total.
    package func rendered(totalOnly: Bool) -> [UInt8] {
        let total = self.total
        // `wc` sizes its columns for the largest of all numbers, which is the number of bytes.
        let width = "\(total.bytes)".utf8.count
        var output: [UInt8] = []
        func append(_ count: Count, _ label: some Sequence<UInt8>) {
            for number in [count.lines, count.words, count.bytes] {
                let digits = "\(number)".utf8
                output += repeatElement(UInt8(ascii: " "), count: max(0, width - digits.count))
                output += digits
                output.append(UInt8(ascii: " "))
            }
            output += label
            output.append(UInt8(ascii: "\n"))
        }
        if !totalOnly {
            for (path, count) in self.counts { append(count, path.printed) }
        }
        if totalOnly || self.counts.count + self.missing != 1 { append(total, "total".utf8) }
        return output
    }
}
