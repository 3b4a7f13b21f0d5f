// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("Views of shared arrays", .timeLimit(.minutes(1)))
struct ViewsTests {
    /// More than two pages.
    private static let numbers = Array(0..<2000)

    @Test("A range is a view: what is written to it is written to the array", arguments: [0..<0, 0..<3, 500..<1500])
    func ranges(_ range: Range<Int>) throws {
        let array = try SharedArray(Self.numbers)
        let view = array[range]
        #expect([Int](view) == Array(range))
        view.withMutableSpan { span in for index in span.indices { span[index] = -1 } }
        #expect([Int](array) == Self.numbers.map { range.contains($0) ? -1 : $0 })
    }

    @Test("Ranges may be open")
    func openRanges() throws {
        let array = try SharedArray(Array(0..<10))
        #expect([Int](array[7...]) == [7, 8, 9])
        #expect([Int](array[..<3]) == [0, 1, 2])
        #expect([Int](array[2...3]) == [2, 3])
        #expect(array[10...].isEmpty)
    }

    @Test("Every n-th element, past the end of a page", arguments: [1, 2, 3, 511, 513, 1999, 2000, .max])
    func strides(_ step: Int) throws {
        let view = try SharedArray(Self.numbers).strided(by: step)
        let expected = Array(Swift.stride(from: 0, to: 2000, by: step))
        #expect(view.count == expected.count)
        #expect([Int](view) == expected)
        #expect(Array(view.lazy.map { $0 }) == expected)
        #expect((0..<view.count).map { view[$0] } == expected)
        #expect(view.isContiguous == (step == 1 || view.count == 1))
    }

    @Test("Views of views are views of the same memory")
    func viewsOfViews() throws {
        let array = try SharedArray(Self.numbers)
        let view = array[100..<1900].strided(by: 3)[10..<500].strided(by: 2)
        #expect([Int](view) == Array(stride(from: 130, to: 1600, by: 6)))
        array.withMutableSpan { $0[136] = -5 }
        #expect(view[1] == -5)
    }

    @Test("Rows, columns, and parts of each")
    func planes() throws {
        let array = try SharedArray(Array(0..<12), shape: [3, 4])
        #expect([Int](array.row(1)) == [4, 5, 6, 7])
        #expect([Int](array.column(1)) == [1, 5, 9])
        #expect(array.column(1)[2] == 9)
        #expect([Int](array[1..<3]) == Array(4..<12))
        #expect(array[1..<3].shape == [2, 4])
        #expect([Int](array.slice(1, 1..<4, by: 2)) == [1, 3, 5, 7, 9, 11])
        #expect([Int](array.slice(1, 1..<4, by: 2).strided(by: 2)) == [1, 3, 9, 11])
        #expect([Int](array.slice(1, 0..<2).column(1)) == [1, 5, 9])
        #expect(array.slice(1, 1..<3)[2, 1] == 10)
        #expect([Int](array.strided(by: 2)) == [0, 1, 2, 3, 8, 9, 10, 11])
        #expect(Array(array.slice(1, 1..<3).lazy.map { $0 }) == [1, 2, 5, 6, 9, 10])
        #expect(array.reshaped(2, 6)[1, 0] == 6)
        #expect(array.row(2).isContiguous && !array.column(2).isContiguous)
        #expect(array[1..<1].column(3).isEmpty)
    }

    @Test("Three dimensions, with gaps in two of them")
    func cube() throws {
        let array = try SharedArray(Array(0..<60), shape: [3, 4, 5])
        let view = array.slice(1, 0..<4, by: 2).slice(2, 1..<5, by: 3)
        #expect(view.shape == [3, 2, 2] && view.strides == [20, 10, 3])
        let expected = [0, 20, 40].flatMap { plane in [0, 10].flatMap { row in [1, 4].map { plane + row + $0 } } }
        #expect([Int](view) == expected)
        #expect(Array(view.lazy.map { $0 }) == expected)
        #expect([Int](view.part(1, at: 1)) == [11, 14, 31, 34, 51, 54])
    }

    @Test("Chunks are all elements, each of them once", arguments: [1, 2, 3, 7, 10, 11, .max])
    func chunks(_ length: Int) throws {
        let array = try SharedArray(Array(0..<10))
        let chunks = array.chunks(of: length)
        #expect(chunks.flatMap { Array($0.range) } == Array(0..<10))
        #expect(chunks.flatMap { [Int]($0.elements) } == Array(0..<10))
        #expect(chunks.allSatisfy { $0.count == $0.range.count && $0.count <= length })
        #expect(chunks.count == 10 / min(length, 10) + (10 % min(length, 10) == 0 ? 0 : 1))
        #expect(try SharedArray<Int>(zeros: 0).chunks(of: length).isEmpty)
    }

    @Test("Chunks of several dimensions, and of a view, count in row-major order")
    func chunksOfViews() throws {
        let array = try SharedArray(Array(0..<12), shape: [3, 4])
        #expect(array.chunks(of: 5).map { [Int]($0.elements) } == [Array(0..<5), Array(5..<10), [10, 11]])
        #expect(array[1...].chunks(of: 5).map { [Int]($0.elements) } == [Array(4..<9), [9, 10, 11]])
        #expect(array[1...].chunks(of: 5).map(\.range) == [0..<5, 5..<8])
    }
}
