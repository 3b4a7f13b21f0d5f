// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@Suite("What is written beside a function")
struct TaskTests {
    @Test("A global function: labels, defaults, throws and access are carried over")
    func global() {
        expectExpansion(
            of: """
                @Portable
                public func convolve(_ size: Int, seed: UInt64 = 0) throws -> [Double] { [] }
                """,
            is: """
                public func convolve(_ size: Int, seed: UInt64 = 0) throws -> [Double] { [] }

                public struct __Portable_convolve: PortableTask {
                    public typealias Output = [Double]
                    public static var isCodedMemberwise: Bool {
                        true
                    }

                    public let size: Int
                    public let seed: UInt64

                    public init(_ size: Int, seed: UInt64 = 0) {
                        self.size = size
                        self.seed = seed
                    }

                    public func run() throws -> [Double] {
                        try TestModule::convolve(self.size, seed: self.seed)
                    }
                }

                /// Puts a call off, as a task that can leave the process.
                @_disfavoredOverload
                public func convolve(_ size: Int, seed: UInt64 = 0) -> Delayed<[Double]> {
                    Delayed(__Portable_convolve(size, seed: seed))
                }
                """
        )
    }

    @Test("A function that takes and returns nothing")
    func nothing() {
        expectExpansion(
            of: "@Portable func beep() {}",
            is: """
                func beep() {}

                struct __Portable_beep: PortableTask {
                    typealias Output = Void
                    static var isCodedMemberwise: Bool {
                        true
                    }

                    init() {
                    }

                    func run() -> Void {
                        TestModule::beep()
                    }
                }

                /// Puts a call off, as a task that can leave the process.
                @_disfavoredOverload
                func beep() -> Delayed<Void> {
                    Delayed(__Portable_beep())
                }
                """
        )
    }

    @Test("A static function is called by the whole name of its type, which Self is spelled out as")
    func staticFunction() {
        expectExpansion(
            of: """
                enum Outer {
                    struct Inner {
                        @Portable
                        package static func made(from other: Self, limit: Int = Self.limit) throws(Failure) -> Self? { nil }
                    }
                }
                """,
            is: """
                enum Outer {
                    struct Inner {
                        package static func made(from other: Self, limit: Int = Self.limit) throws(Failure) -> Self? { nil }

                        package struct __Portable_made: PortableTask {
                            package typealias Output = TestModule::Outer.Inner?
                            package static var isCodedMemberwise: Bool {
                                true
                            }

                            package let other: TestModule::Outer.Inner
                            package let limit: Int

                            package init(from other: TestModule::Outer.Inner, limit: Int = TestModule::Outer.Inner.limit) {
                                self.other = other
                                self.limit = limit
                            }

                            package func run() throws(Failure) -> TestModule::Outer.Inner? {
                                try TestModule::Outer.Inner.made(from: self.other, limit: self.limit)
                            }
                        }

                        /// Puts a call off, as a task that can leave the process.
                        @_disfavoredOverload
                        package static func made(from other: Self, limit: Int = Self.limit) -> Delayed<Self?> {
                            Delayed(__Portable_made(from: other, limit: limit))
                        }
                    }
                }
                """
        )
    }
}
