// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// The one door to the standard output and the standard error.
///
/// All that is printed goes through one queue, on a thread that no loop waits for: a terminal that was stopped stops
/// nobody. Bars are drawn again by a second thread, ten times a second, while there are any.
final class Console: Sendable {
    /// The one of this process: a forked child has none of its parent's threads.
    static var shared: Console { self.perProcess.object }

    private static let perProcess = PerProcess { Console() }

    /// What a terminal that tells no size is taken for.
    private static let usualSize = (columns: 80, rows: 24)

    /// The time between two drawings, in nanoseconds.
    private static let interval: UInt64 = 100_000_000

    private struct State {
        var bars: [ProgressBar] = []
        var block = BarBlock()
        var isTicking = false

        /// When a call that took no time for a line of its own last had one all the same.
        var lastShortCall: UInt64?
    }

    // Held while something is written, so that no text is torn by another one; taken by the printing threads alone.
    private let state = Mutex(State())

    private let queue = EventDelivery<@Sendable () -> Void>(patience: .whileMoving) { $0() }

    /// How long the end of the process waits for a stream that takes nothing, in nanoseconds.
    private static let patienceAtExit: UInt64 = 3_000_000_000

    private init() {
        // A call may have returned while its lines waited for a reader, and the program may end with it.
        if !ThisProcess.isForked || ThisProcess.isForeignCopy {
            ProcessExit.perform { Console.shared.queue.waitAtExit(Self.patienceAtExit) }
        }
    }

    // MARK: - From the threads of loops

    /// Prints a line, after all that was handed in before.
    func enqueue(_ line: String, to stream: StandardStream) {
        self.queue.add { self.print(line, to: stream) }
    }

    /// Prints whole lines that another process has written.
    func relay(_ bytes: [UInt8], to stream: StandardStream) {
        self.queue.add { self.print(bytes, to: stream) }
    }

    /// Shows a call from now on.
    func show(_ bar: ProgressBar) {
        self.queue.add { self.add(bar) }
    }

    /// Shows for the last time how far a call came.
    func finish(_ bar: ProgressBar, _ end: CallEnd) {
        // As it was at the end: the thread may come late to it.
        let now = MonotonicClock.now
        self.queue.add { self.remove(bar, end, at: now) }
    }

    /// Waits until all that was handed in is printed, unless that takes long.
    func waitUntilPrinted() { self.queue.waitUntilDelivered() }

    /// The same for an asynchronous caller.
    func printed() async { await self.queue.untilDelivered() }

    // MARK: - On the printing thread

    /// Prints a line, above the bars if there are any.
    private func print(_ line: String, to stream: StandardStream) {
        self.state.withLock { state in
            guard stream == .output else { return Self.print([line], &state) }
            // Beside a terminal on which bars are drawn it is in nobody's way.
            let bars = stream.isTerminal ? state.block.lines : []
            if !bars.isEmpty { StandardStream.error.write(state.block.erase()) }
            stream.write(line + "\n")
            if !bars.isEmpty { StandardStream.error.write(state.block.redraw(bars, columns: Self.size.columns)) }
        }
    }

    private func print(_ bytes: [UInt8], to stream: StandardStream) {
        let isPlain = self.state.withLock { state in
            // Where no bar is in the way the bytes stay as they are.
            let isPlain = state.block.lines.isEmpty
            if isPlain { stream.write(bytes) }
            return isPlain
        }
        if isPlain { return }
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            self.print(String(decoding: line, as: UTF8.self), to: stream)
        }
    }

    private func add(_ bar: ProgressBar) {
        let mustTick = self.state.withLock { state in
            state.bars.append(bar)
            defer { state.isTicking = true }
            return !state.isTicking
        }
        // Without a thread there is the last state alone.
        if mustTick, !SpareThreads.shared.run({ self.tick() }) { self.state.withLock { $0.isTicking = false } }
    }

    private func remove(_ bar: ProgressBar, _ end: CallEnd, at now: UInt64) {
        self.state.withLock { state in
            state.bars.removeAll { $0 === bar }
            switch bar.mode {
            case .redrawn:
                let (columns, rows) = Self.size
                let line = bar.line(columns: columns, at: now, end: end)
                let others = state.block.lines.isEmpty ? [] : Self.lines(of: state.bars, columns, rows)
                StandardStream.error.write(state.block.print([line], above: others, columns: columns))
                StandardStream.setHasUnfinishedLine(!others.isEmpty)
            case .lines:
                // Many short calls have a line now and then.
                if end == .completed, !bar.isLong(at: now) {
                    if let last = state.lastShortCall, now - min(last, now) < ProgressBar.lineInterval { return }
                    state.lastShortCall = now
                }
                Self.print([bar.lastLine(at: now, end)], &state)
            }
        }
    }

    private static func print(_ lines: [String], _ state: inout State) {
        let below = state.block.lines
        // Where nothing is drawn, the end of a line is that of a file.
        if below.isEmpty { return StandardStream.error.write(lines.map { $0 + "\n" }.joined()) }
        StandardStream.error.write(state.block.print(lines, above: below, columns: self.size.columns))
    }

    // MARK: - On the ticking thread

    private func tick() {
        let word = WaitWord()
        repeat {
            word.wait(while: 0, until: MonotonicClock.now + Self.interval)
        } while self.draw()
    }

    /// Draws what there is to draw; `false` when nothing is left.
    private func draw() -> Bool {
        self.state.withLock { state in
            guard !state.bars.isEmpty else {
                state.isTicking = false
                return false
            }
            let now = MonotonicClock.now
            let lines = state.bars.filter { $0.mode == .lines }.compactMap { $0.plainLine(at: now) }
            if !lines.isEmpty { Self.print(lines, &state) }
            let (columns, rows) = Self.size
            let drawn = Self.lines(of: state.bars, columns, rows)
            if !drawn.isEmpty {
                StandardStream.setHasUnfinishedLine(true)
                StandardStream.error.write(state.block.redraw(drawn, columns: columns))
            }
            return true
        }
    }

    /// Returns a line for each bar that is drawn over again, as far as a terminal has room for them.
    private static func lines(of bars: [ProgressBar], _ columns: Int, _ rows: Int) -> [String] {
        let bars = bars.filter { $0.mode == .redrawn }
        let now = MonotonicClock.now
        // One row is left for what comes above; the others are counted in the last.
        let room = max(rows - 1, 1)
        let shown = bars.count <= room ? bars.count : room - 1
        let lines = bars.prefix(shown).map { $0.line(columns: columns, at: now) }
        return shown == bars.count
            ? lines : lines + [String("and \(bars.count - shown) more loops".prefix(max(columns - 1, 1)))]
    }

    private static var size: (columns: Int, rows: Int) { StandardStream.error.size ?? self.usualSize }
}
