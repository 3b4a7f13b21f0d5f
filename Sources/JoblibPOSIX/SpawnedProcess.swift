// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

// SAFETY: what changes is touched by the supervisor's one thread; the rest are constants and a mutex.
/// This program, started anew as a worker, with memory that both see; a ``ProcessSupervisor`` starts and watches it.
///
/// It has three descriptors beside the standard ones: 3, a socket on which nothing is sent and whose hanging up ends it; then
/// those that it was given.
public final class SpawnedProcess: @unchecked Sendable {
    /// Its id, and that of its group.
    public let pid: Int32

    /// Memory that it sees as well; at its beginning the worker records how it ends.
    public let memory: SharedMemoryFile

    /// How much of the memory's beginning is taken by that record.
    public static var recordByteCount: Int { 4096 }

    let ended: Int32
    let outputs: [Int32]
    private let socket: Int32

    /// How many processes had been killed for want of memory when it was started.
    private let killsAtStart: Int
    private var output: ChildOutput
    private let isReaped = Mutex(false)

    private init(pid: Int32, memory: SharedMemoryFile, ended: Int32, outputs: [Int32], socket: Int32, killsAtStart: Int)
    {
        self.killsAtStart = killsAtStart
        self.pid = pid
        self.memory = memory
        self.ended = ended
        self.outputs = outputs
        self.socket = socket
        self.output = unsafe ChildOutput(memory.childRecord, outputs)
    }

    /// Starts it; on a thread that never ends, since the worker dies with that.
    static func start(
        _ environment: [String: String],
        memory: SharedMemoryFile,
        inherited: [Int32]
    ) throws(SystemError) -> SpawnedProcess {
        precondition(MemoryLayout<joblib_child_record>.size <= self.recordByteCount)
        let table = DescriptorTable.shared
        var descriptors = DescriptorSet(table)
        do throws(SystemError) {
            var ends: [Int32] = [-1, -1]
            let failure = unsafe joblib_socket_pair(&ends)
            guard failure == 0 else { throw SystemError(errno: failure, call: "socketpair") }
            let socket = try descriptors.add(ends[0], "socketpair")
            let workerSocket = try descriptors.add(ends[1], "socketpair")
            let (output, workerOutput) = try descriptors.pipe()
            let (error, workerError) = try descriptors.pipe()
            unsafe ChildOutput.prepare(memory.childRecord)
            let killsAtStart = OutOfMemoryKills.observe()
            let pid = try Spawn.start(
                environment,
                output: workerOutput,
                error: workerError,
                inherited: [workerSocket, memory.descriptor] + inherited
            )
            table.close([workerSocket, workerOutput, workerError])
            let ended = joblib_pidfd_open(pid)
            guard ended >= 0 else {
                let failure = errno
                Glibc.kill(-pid, SIGKILL)
                var status: Int32 = 0
                while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
                table.close([socket, output, error])
                descriptors = DescriptorSet(table)
                throw SystemError(errno: failure, call: "pidfd_open")
            }
            table.add(ended)
            return SpawnedProcess(
                pid: pid,
                memory: memory,
                ended: ended,
                outputs: [output, error],
                socket: socket,
                killsAtStart: killsAtStart
            )
        } catch {
            table.close(descriptors.all)
            throw error
        }
    }

    deinit {
        DescriptorTable.shared.close([self.ended, self.socket] + self.outputs)
    }

    /// Ends it and all that it has started, at once; from any thread.
    public func kill() {
        // Under the lock: the number may be another process's once it is reaped.
        self.isReaped.withLock { if !$0 { Glibc.kill(-self.pid, SIGKILL) } }
    }

    /// Whether a signal has stopped it, so that it does nothing before another lets it go on: proc_pid_stat(5).
    public var isStopped: Bool {
        // Behind the name, which may hold anything.
        TextFile.read("/proc/\(self.pid)/stat")?.split(separator: ")").last?.hasPrefix(" T") == true
    }

    // MARK: - By the supervisor's thread

    /// The last line that it has written to its standard error; `nil` when there is none.
    public var lastWords: String? {
        self.output.errorTail.split(whereSeparator: \.isNewline).last.map { String($0) }
    }

    /// Reads what it has written, for its output and for its errors, as whole lines.
    func readOutput(_ index: Int, _ tell: ([UInt8], _ isError: Bool) -> Void) {
        self.output.read(index)
        if let lines = self.output.takeLines(index) { tell(lines, index == 1) }
    }

    /// Takes leave of a process that has ended, of what it has left behind, and of what it has started.
    func reap(_ tell: ([UInt8], _ isError: Bool) -> Void) -> ChildEnding {
        for index in 0..<2 {
            self.readOutput(index, tell)
            self.output.end(index)
            if let lines = self.output.takeLines(index) { tell(lines, index == 1) }
        }
        // A group is there as long as its leader is not reaped.
        Glibc.kill(-self.pid, SIGKILL)
        var status: Int32 = 0
        var result: Int32 = -1
        self.isReaped.withLock { isReaped in
            repeat { result = unsafe waitpid(self.pid, &status, 0) } while result < 0 && errno == EINTR
            isReaped = true
        }
        let record = unsafe self.memory.start.load(as: joblib_child_record.self)
        // Nobody else should, but a program may reap all children that it finds.
        return ChildEnding(
            status: result == self.pid ? status : nil,
            record,
            errorTail: self.output.errorTail,
            killsAtStart: self.killsAtStart
        )
    }
}

/// What a worker that was spawned does first, and at its end.
public enum SpawnedWorker {
    /// The descriptor of the socket whose hanging up says that the parent has gone.
    public static let socket: Int32 = 3

    /// The descriptor of the worker's memory; those behind it are what else it was given.
    public static let memory: Int32 = 4

    /// Records crashes of the calling thread in memory that the parent sees, and ends the process when the parent ends.
    ///
    /// - Parameters:
    ///   - memory: Whose first ``SpawnedProcess/recordByteCount`` bytes are the record.
    ///   - parent: The parent's id; where it has ended before, so does this process.
    /// - Throws: ``SystemError`` when there is no thread to watch the parent on.
    public static func begin(_ memory: SharedMemoryFile, parent: Int32) throws(SystemError) {
        unsafe joblib_output_open(memory.childRecord)
        unsafe joblib_worker_begin(memory.childRecord, parent)
        try PlatformThread.start(name: "joblib-parent") {
            joblib_wait_for_hangup(self.socket)
            joblib_worker_end_group()
        }
    }

    /// The stack of the process's first thread, which does nothing more then; for a worker that is about to end.
    ///
    /// - Returns: What its caller makes a ``StackTrace`` of.
    public static func recordStack(_ memory: SharedMemoryFile) -> String? {
        // The thread may be stopped where it holds what this one needs to go on, such as the heap.
        joblib_worker_end_within(3)
        let record = unsafe memory.childRecord
        guard unsafe joblib_child_request_stack(getpid(), record) == 0 else { return nil }
        unsafe StackRequest.wait(record)
        let addresses = ChildEnding.stack(unsafe record.pointee)
        // Looked up by the caller, who does so once for all workers.
        return addresses.isEmpty ? nil : StackTrace.portable(addresses)
    }
}

extension SharedMemoryFile {
    /// What a child leaves for its parent, at its beginning.
    fileprivate var childRecord: UnsafeMutablePointer<joblib_child_record> {
        unsafe self.start.assumingMemoryBound(to: joblib_child_record.self)
    }
}
