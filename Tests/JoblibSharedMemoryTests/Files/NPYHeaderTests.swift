// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibSharedMemory

@Suite("Headers of .npy files", .timeLimit(.minutes(1)))
struct NPYHeaderTests {
    private static func bytes(_ text: String, version: [UInt8] = [1, 0], length: Int? = nil) -> [UInt8] {
        let length = length ?? text.utf8.count
        let size = (0..<(version[0] == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        return NPYHeader.magic + version + size + Array(text.utf8)
    }

    @Test(
        "What is written is what is read, at a multiple of 64 bytes",
        arguments: [[], [0], [3], [3, 4], [1, 2, 3], Array(repeating: 1, count: 64), [.max]]
    )
    func roundTrip(_ shape: [Int]) throws {
        let header = NPYHeader(descr: "<f8", shape: shape)
        #expect(header.bytes.count.isMultiple(of: 64))
        #expect(header.bytes.last == 0x0a)
        #expect(header.bytes[6...7] == [1, 0])
        #expect(try NPYHeader(header.bytes) == header)
        #expect(try NPYHeader.byteCount(prefix: Array(header.bytes.prefix(12))) == header.bytes.count)
    }

    @Test("A header too long for version 1.0 is of version 2.0")
    func versionTwo() throws {
        let header = NPYHeader(descr: "<f8", shape: Array(repeating: 1, count: 30_000))
        #expect(header.bytes[6...7] == [2, 0])
        #expect(header.bytes.count.isMultiple(of: 64))
        #expect(try NPYHeader(header.bytes) == header)
    }

    @Test(
        "Any order, quotes and spaces of Python are read",
        arguments: [
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }",
            "{'shape':(3,4),'fortran_order':False,'descr':'<f8'}\n",
            "  { \"descr\" : \"<f8\" ,\t'fortran_order' : False , 'shape' : ( 3 , 4 , ) }  \n",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3L, 4L)}",
        ]
    )
    func spellings(_ text: String) throws {
        for version in [[1, 0], [2, 0]] as [[UInt8]] {
            #expect(try NPYHeader(Self.bytes(text, version: version)) == NPYHeader(descr: "<f8", shape: [3, 4]))
        }
    }

    @Test("A header that is cut anywhere is refused")
    func cut() {
        let bytes = NPYHeader(descr: "<f8", shape: [3, 4]).bytes
        for length in 0..<bytes.count {
            #expect(throws: NPYFault.self) { try NPYHeader(Array(bytes[..<length])) }
        }
    }

    @Test("A header that is changed anywhere is refused or read, and nothing else")
    func changed() throws {
        let bytes = NPYHeader(descr: "<f8", shape: [3, 4]).bytes
        for position in bytes.indices {
            for byte in UInt8.min ... .max {
                var changed = bytes
                changed[position] = byte
                if let header = try? NPYHeader(changed) { #expect(header.shape.allSatisfy { $0 >= 0 }) }
            }
        }
    }

    @Test(
        "What is no header is refused with the reason",
        arguments: [
            ("", "no dictionary"), ("[]", "not exactly"), ("{}", "not exactly"), ("{'descr': '<f8'", "no dictionary"),
            ("{'descr': '<f8', 'fortran_order': False}", "not exactly"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}", "not exactly"),
            ("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", "no dictionary"),
            ("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", "structured"),
            ("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", "neither True nor False"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (1)}", "no tuple"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "from 0 up"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': ('1',)}", "from 0 up"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", "no dictionary"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} + f()", "no dictionary"),
            ("__import__('os').system('true')", "no dictionary"),
            (String(repeating: "(", count: 60_000), "no dictionary"),
        ]
    )
    func refusals(_ text: String, _ reason: String) {
        let fault = #expect(throws: NPYFault.self) { try NPYHeader(Self.bytes(text)) }
        // A list is no dictionary either.
        let expected = text == "[]" ? "no dictionary" : reason
        #expect(fault?.reason.contains(expected) == true, "\(fault?.reason ?? "")")
        #expect((fault?.reason.count ?? 0) < 200)
    }

    @Test("Another magic, version or length is refused with what it is")
    func prefixes() {
        func reason(_ bytes: [UInt8]) -> String {
            (#expect(throws: NPYFault.self) { try NPYHeader(bytes) })?.reason ?? ""
        }
        #expect(reason(Array("PK\u{3}\u{4}................".utf8)).contains("does not begin with \\x93NUMPY"))
        #expect(reason(Self.bytes("{}", version: [3, 0])).contains("version is 3.0, and 1.0 and 2.0 are known"))
        #expect(reason(Self.bytes("{}", version: [1, 1])).contains("version is 1.1"))
        #expect(reason(Self.bytes("{}", version: [2, 0], length: .max)).contains("would have 4294967295 bytes"))
        #expect(reason(Self.bytes("{}", length: 100)).contains("header of 110 bytes is cut after 12"))
    }

    @Test(
        "The type has to be what was asked for, in either byte order",
        arguments: [
            ("<f8", "f8", false), (">f8", "f8", true), ("=f8", "f8", false), ("|i1", "i1", false), ("<i1", "i1", false),
            (">b1", "b1", false), ("<f8", "i8", nil), ("f8", "f8", nil), ("|f8", "f8", nil), ("|O", "f8", nil),
            ("", "f8", nil), ("<U5", "f8", nil), ("!f8", "f8", nil),
        ] as [(String, String, Bool?)]
    )
    func types(_ descr: String, _ type: String, _ isSwapped: Bool?) {
        let header = NPYHeader(descr: descr, shape: [1])
        #expect((try? header.isSwapped(reading: type)) == isSwapped)
        let object = #expect(throws: NPYFault.self) { try NPYHeader(descr: "|O", shape: []).isSwapped(reading: "f8") }
        #expect(object?.reason.contains("Python objects") == true)
    }

    @Test("Fortran order is the same as row-major order along one dimension")
    func orders() {
        for shape in [[], [5], [1, 5], [5, 1, 1], [0, 3, 4]] {
            #expect(NPYHeader(descr: "<f8", isFortranOrder: true, shape: shape).isRowMajor)
        }
        #expect(!NPYHeader(descr: "<f8", isFortranOrder: true, shape: [2, 3]).isRowMajor)
    }
}
