// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// What tasks print in other processes, on its way to this one's streams.
public enum WorkerOutput {
    /// Prints whole lines, above progress bars if there are any; returns at once.
    ///
    /// - Parameters:
    ///   - lines: The bytes, which end with a line's end.
    ///   - isError: Whether they go to the standard error, or to the standard output.
    public static func relay(_ lines: [UInt8], isError: Bool) {
        Console.shared.relay(lines, to: isError ? .error : .output)
    }

    /// Waits until all that was relayed is printed, unless that takes long.
    public static func waitUntilPrinted() { Console.shared.waitUntilPrinted() }
}
