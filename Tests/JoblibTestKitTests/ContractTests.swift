// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibTestKit
import Testing

@Suite("The contract and its cases")
struct ContractTests {
    private let sections: [Substring]

    init() throws {
        let text = try String(contentsOf: Repository.root.appending(path: "docs/backend-contract.md"), encoding: .utf8)
        self.sections = text.components(separatedBy: "\n## ").map { $0[...] }
    }

    private func numbers(in title: String) throws -> [Int] {
        let section = try #require(self.sections.first { $0.hasPrefix(title) })
        return section.matches(of: /(?m)^- \*\*([0-9]+)/).compactMap { Int($0.output.1) }
    }

    private var numbers: [Int] {
        get throws {
            let titles = [
                "What a backend owes", "What the core does in return", "Workers that are forked copies",
                "Workers that see bytes only", "Backends that count their workers", "Batches that are passed on",
                "Workers on hosts that come and go",
            ]
            return try titles.flatMap { try self.numbers(in: $0) }
        }
    }

    @Test("Obligations are numbered without a gap")
    func numbering() throws {
        let numbers = try self.numbers
        #expect(numbers == Array(1...numbers.count))
    }

    @Test("Every number has a case, or is listed as having none; every case cites numbers that there are")
    func coverage() throws {
        let numbers = Set(try self.numbers)
        let cited = Set(ConformanceCase.all.flatMap(\.obligations))
        #expect(cited.subtracting(numbers).isEmpty)
        #expect(numbers.subtracting(cited) == Set(try self.numbers(in: "Not covered by a case")))
    }
}
