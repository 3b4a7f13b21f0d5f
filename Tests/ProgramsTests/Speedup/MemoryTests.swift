// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Testing

@testable import joblib_speedup

@Suite("Memory of the program")
struct MemoryTests {
    @Test("Descendants are found through all generations, whatever processes are called")
    func family() {
        var family = ProcessFamily()
        family.note(2, stat: "2 (a) S 1 2 2")
        family.note(3, stat: "3 (b ) S 9 (c) R 2 3 3")
        family.note(4, stat: "4 (d) S 1 4 4")
        family.note(5, stat: "5 (e) Z 3 5 5")
        family.note(6, stat: "no such file")
        #expect(family.descendants(of: 2).sorted() == [3, 5])
        #expect(family.descendants(of: 1).sorted() == [2, 3, 4, 5])
        #expect(family.descendants(of: 7).isEmpty)
    }

    @Test("A line of a file of the kernel is found by its whole name")
    func kernelFile() {
        let text = "Pss_Anon:  7 kB\nPss:      12 kB\nSwap: 3\n"
        #expect(KernelFile.bytes("Pss", in: text) == 12 * 1_024)
        #expect(KernelFile.bytes("Swap", in: text) == nil)
        #expect(KernelFile.bytes("Rss", in: text) == nil)
    }

    #if os(Linux)
    @Test("What this process has is counted while it has it")
    func ownMemory() throws {
        let byteCount = 32 << 20
        let before = try MemoryReading.ofProgram()
        // From the kernel: an allocator may have had it all along.
        let memory = try #require(mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, byteCount) }
        memset(memory, 1, byteCount)
        let during = try MemoryReading.ofProgram()
        #expect(during - before >= byteCount / 2)
    }

    @Test("Growth is that above what there was, and none where nothing happens")
    func noGrowth() throws {
        let grown = try MemoryWatch.growth {}
        #expect((0..<1 << 20).contains(grown))
    }
    #endif
}
