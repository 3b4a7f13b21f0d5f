// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a program says of itself before anything else: both sides have to be the same build.
package struct ProgramIdentity: Codable, Hashable, Sendable {
    /// The version of what is said on the network; raised by every change of it.
    package static let currentVersion = 2

    /// The version that it speaks.
    package var version: Int

    /// The build of the program, as hexadecimal digits: what its linker says of it, or else the hash of its file.
    package var build: String

    /// The processor that it is built for, such as `"x86_64"`, its byte order, and how many bits its addresses have.
    package var architecture: String

    /// The name of the program's file, for people.
    package var program: String

    package init(version: Int, build: String, architecture: String, program: String) {
        self.version = version
        self.build = build
        self.architecture = architecture
        self.program = program
    }
}

/// What each side tells the other of itself, within the encrypted connection, before any task.
package struct Greeting: Codable, Equatable, Sendable {
    /// What the side is there for.
    package enum Role: String, Codable, Sendable, CaseIterable {
        /// Has tasks.
        case coordinator

        /// Has workers.
        case host

        /// Asks how the others are, and need not be the same program.
        case observer

        /// Wants to be given the program, to be a host then.
        case tool

        /// Whether it is the same program as everybody else.
        package var isOfTheProgram: Bool { self == .coordinator || self == .host }

        /// What its certificate says that it is.
        package var certified: Role { self == .tool ? .host : self }
    }

    package var identity: ProgramIdentity
    package var role: Role

    /// Tells a run of a process from every other one: 16 random bytes.
    ///
    /// A host keeps it when it connects again. Anybody can say any: where it is encrypted, what the key proves takes its place.
    package var processID: [UInt8]

    /// The name of the machine and the id of the process, such as `"node7:4711"`, for people.
    package var name: String

    /// How many workers a host has, from 1, and a tool will have; 0 for others.
    package var slots: Int

    /// Whether a host of another build is soon none any more, since whoever keeps it would rather have the coordinator's; `nil`: not.
    ///
    /// Other versions do not know it, and read what they know.
    package var makesWay: Bool?

    package init(identity: ProgramIdentity, role: Role, processID: [UInt8], name: String, slots: Int) {
        self.identity = identity
        self.role = role
        self.processID = processID
        self.name = name
        self.slots = slots
    }
}

/// Why one side wants nothing to do with the other.
package struct GreetingRefusal: Codable, Error, Equatable, Sendable {
    /// Of which kind; never given another meaning.
    package enum Code: String, Codable, Sendable {
        /// Another build, another processor, or another version of what is said.
        case build

        /// Two coordinators, or two hosts, or one that is not what it was certified to be.
        case role

        /// The host has another coordinator, or there are too many observers.
        case busy

        /// The host is there already, by another connection.
        case present

        /// The host was lost too often.
        case excluded

        /// Bytes that are no greeting.
        case malformed
    }

    package var code: Code

    /// What is wrong, with both sides' identities where they differ, and what to do about it.
    package var detail: String

    package init(code: Code, detail: String) {
        self.code = code
        self.detail = detail
    }
}
