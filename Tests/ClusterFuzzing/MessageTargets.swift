// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import JoblibCore
import JoblibWorkers

extension ClusterFuzzTarget {
    private static let death = WorkerDeathNotice(
        signal: 11,
        exitCode: 1,
        hasTimedOut: true,
        description: "ended by SIGSEGV",
        ranOutOfMemory: true,
        taskIndex: 17,
        pid: 4711,
        stackTrace: "one\ntwo"
    )

    private static let messages: [HostMessage] = [
        .open(1, workers: 2, parameters: [1, 2, 3]), .run(2, 3, payload: Array(0...40)), .cancel(4), .recall(5),
        .close(6), .answer(7, [0, 255]), .finished(8), .failed(9, .returned), .failed(10, .died(Self.death)),
        .failed(12, .lost("the pool is gone")), .refused(14, GrantRefusal(code: "startupFailed", detail: "no memory")),
        .leaving, .heartbeat(interval: 2_000_000_000), .beat(9), .lease(.max),
        .result(15, ResultArray(elementCode: 10, number: 16, byteCount: 1 << 40)), .forget(.max),
        .lastAnswer(16, [3, 0]),
    ]

    private static let pieces = [
        HostFrame(kind: .array, number: 17, second: 1 << 40, bytes: [1, 2]),
        HostFrame(kind: .resultPiece, number: 15, bytes: [3]),
    ]

    private static let frameSeeds: [[UInt8]] = {
        let all = (Self.messages.map(\.frame) + Self.pieces).map { $0.header + $0.bytes }
        return all + [all.flatMap { $0 }] + [0, 1, 8, 10].flatMap { all[$0].variants.dropFirst() }
    }()

    /// What a connection brings behind the greeting.
    static let frames = ClusterFuzzTarget(name: "FrameReader and HostMessage", seeds: Self.frameSeeds) { input in
        let bytes = Array(input)
        let (frames, isWell) = Self.read([bytes[...]])
        for size in [1, 7, 64] {
            let (others, isWellToo) = Self.read(bytes.pieces(of: size))
            hold(frames == others && isWell == isWellToo, "it does not matter how bytes are cut: \(frames), \(others)")
        }
        let byteCount = frames.reduce(0) { $0 + HostFrame.headerByteCount + $1.bytes.count }
        hold(byteCount <= bytes.count, "nothing swells when it is read: \(bytes.count) bytes become \(byteCount)")
        for frame in frames {
            let (again, _) = Self.read([(frame.header + frame.bytes)[...]])
            hold(again == [frame], "\(frame) comes back")
            if let message = HostMessage(frame) { Self.examine(message) }
        }
    }

    /// What is read; pieces of one array that follow each other are one, as far as they have come.
    private static func read(_ parts: [ArraySlice<UInt8>]) -> (frames: [HostFrame], isWell: Bool) {
        var reader = FrameReader(largest: HostFrame.largestByteCount)
        var frames: [HostFrame] = []
        func add(_ frame: HostFrame, _ bytes: RawSpan) {
            var piece = frame
            piece.bytes = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
            guard let last = frames.last, last.kind == piece.kind, last.number == piece.number,
                last.second == piece.second
            else { return frames.append(piece) }
            frames[frames.count - 1].bytes += piece.bytes
        }
        do {
            for part in parts {
                let bytes = Array(part)
                try unsafe reader.read(bytes.span.bytes, piece: { add($0, $1) }, { frames.append($0) })
            }
            return (frames, true)
        } catch {
            return (frames, false)
        }
    }

    private static func examine(_ message: HostMessage) {
        switch message {
        case .open(_, let workers, _): hold(1...(1 << 20) ~= workers, "\(workers) workers")
        case .failed(_, .died(let notice)):
            holdPrintable(notice.description, atMost: 4000)
            let lines = notice.stackTrace?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
            hold(lines.count <= 500, "\(lines.count) lines")
            for line in lines { holdPrintable(String(line), atMost: 500) }
            _ = notice.death
        case .failed(_, .lost(let why)): return holdPrintable(why, atMost: 2000)
        case .refused(_, let refusal):
            holdPrintable(refusal.code, atMost: 50)
            holdPrintable(refusal.detail, atMost: 4000)
        default: break
        }
        hold(HostMessage(message.frame) == message, "\(message) comes back")
    }

    private static let parameters: [UInt8] = {
        let parameters: [BackendParameter] = [
            .environment(["A": "1", "B": ""]), .maxTasksPerWorker(7), .maxWorkerMemory("1G"),
            .idleWorkerTimeout(.milliseconds(2500)),
        ]
        return (try? HostParameters(BackendRequest(name: "tcp", parameters: parameters, innerMaxNumThreads: 3)))?
            .encoded
            ?? []
    }()

    /// What a host is told of a session.
    static let hostParameters = ClusterFuzzTarget(
        name: "HostParameters",
        seeds: Self.parameters.variants + Self.parameters.promises
    ) { bytes in
        guard let parameters = try? HostParameters(encoded: Array(bytes)) else { return }
        guard let again = try? HostParameters(encoded: parameters.encoded) else {
            fatalError("\(parameters) is refused")
        }
        hold(again == parameters, "\(parameters) comes back as \(again)")
    }
}
