// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Files of this process in a folder, which are gone when nobody has them any more, however processes end.
enum TemporaryFile {
    /// What begins the name of a folder for files that could not be made without a name.
    static let prefix = "joblib_shared_"

    /// Makes a file for reading and writing.
    static func make(in folder: String) throws(SystemError) -> OpenFile {
        do throws(SystemError) {
            return try OpenFile(unnamedIn: folder)
        } catch {
            guard error.hasNoUnnamedFiles else { throw error }
            return try Self.makeNamed(in: folder)
        }
    }

    /// Makes a file in a folder that only this user may enter, and takes the names of both away at once.
    static func makeNamed(in folder: String) throws(SystemError) -> OpenFile {
        Self.sweep(folder)
        let (pid, startTime) = OwnProcess.current
        var number = 0
        while true {
            let own = "\(folder)/\(Self.prefix)\(pid)_\(startTime)_\(number)"
            do throws(SystemError) {
                try Folder.make(own)
            } catch {
                // Another thread's, or what somebody else has put there.
                guard error.isCollision, number < 1000 else { throw error }
                number += 1
                continue
            }
            defer { Folder.remove(own) }
            let file = try OpenFile("\(own)/memory", .makingPrivately)
            OpenFile.remove("\(own)/memory")
            return file
        }
    }

    /// Removes the folders of this user's processes that are no more.
    static func sweep(_ folder: String) {
        for name in Folder.names(in: folder) where name.hasPrefix(Self.prefix) {
            let numbers = name.dropFirst(Self.prefix.count).split(separator: "_")
            guard numbers.count == 3, let pid = Int(numbers[0]), let startTime = UInt64(numbers[1]) else { continue }
            guard ProcessIdentity.startTime(of: pid) != startTime else { continue }
            let path = "\(folder)/\(name)"
            guard let status = try? FileStatus(path: path), status.isOwn, !status.isRegular else { continue }
            OpenFile.remove("\(path)/memory")
            Folder.remove(path)
        }
    }
}
