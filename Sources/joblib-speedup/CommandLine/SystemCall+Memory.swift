// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What it takes to look at the memory of processes while something else runs.
extension SystemCall {
    /// The id of this process.
    static var processID: Int { Int(getpid()) }

    /// Returns the names in a directory, none if it cannot be read.
    static func names(inDirectory path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            // By address: the record may be shorter than its type, and a copy of it would read beyond its end.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            names.append(
                String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
            )
        }
        return names
    }

    /// Returns the beginning of what a symbolic link says.
    static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Returns how many bytes a file really takes; none if there is no such file.
    static func allocatedBytes(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_blocks) * 512 : 0
    }

    /// Lets the thread rest.
    static func pause(_ duration: Duration) {
        usleep(useconds_t(duration / .microseconds(1)))
    }

    /// Starts a thread, which has to be joined.
    static func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemError) -> pthread_t {
        final class Body {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        let context = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            context.toOpaque()
        )
        guard failure == 0 else {
            context.release()
            throw SystemError(String(cString: strerror(failure)))
        }
        return thread
    }

    /// Waits for the end of a thread.
    static func join(_ thread: pthread_t) {
        pthread_join(thread, nil)
    }
}
