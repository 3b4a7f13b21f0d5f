// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import Testing

@testable import JoblibTCP

@Suite("What is known of an executable before it is run", .timeLimit(.minutes(1)))
struct ExecutableCheckTests {
    @Test("The loader's word for libraries that are not there, in both of its forms")
    func missingLibraries() {
        let listing = """
            \tlinux-vdso.so.1 (0x00007ffd)
            \tlibone.so.1 => not found
            \tlibc.so.6 => /lib/libc.so.6 (0x00007f)
            \tlibtwo.so => not found
            \tlibone.so.1 => not found
            x: error while loading shared libraries: libthree.so.3: cannot open shared object file: No such file
            """
        #expect(ExecutableCheck.missingLibraries(listing) == ["libone.so.1", "libtwo.so", "libthree.so.3"])
        #expect(ExecutableCheck.missingLibraries("\tstatically linked\n") == [])
    }

    @Test("The loader's word for versions that libraries have not, behind which it ends as if all were well")
    func missingVersions() {
        let listing = """
            ./p: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_9.34' not found (required by ./p)
            ./p: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_9.34' not found (required by ./libq.so)
            ./p: /lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_9.35' not found (required by ./p)
            \tlinux-vdso.so.1 (0x00007ffd)
            \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
            """
        #expect(
            ExecutableCheck.missingVersions(listing) == ["libc.so.6 lacks GLIBC_9.34", "libm.so.6 lacks GLIBC_9.35"]
        )
        #expect(ExecutableCheck.missingVersions("version `X' not found\n: version `Y\n") == [])
    }

    @Test("This very program can be run here, and what is no program, or another machine's, cannot")
    func headers() {
        #expect(ExecutableCheck.fault(of: "/proc/self/exe") == nil)
        #expect(ExecutableCheck.fault(of: "/etc/passwd")?.contains("no executable") == true)
        #expect(ExecutableCheck.fault(of: "/nowhere")?.contains("no executable") == true)
        let own: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1] + [UInt8](repeating: 0, count: 12) + [0x3e, 0]
        for place in [4, 5, 18, 19] {
            var other = own
            other[place] ^= 1
            #expect(ExecutableCheck.fault(header: other, own: own)?.contains("another processor") == true)
        }
        #expect(ExecutableCheck.fault(header: own, own: own) == nil)
        #expect(ExecutableCheck.fault(header: Array(own.dropLast()), own: own) != nil)
    }
}

#endif
