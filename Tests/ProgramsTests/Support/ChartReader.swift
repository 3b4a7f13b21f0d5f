// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What an XML parser finds in a chart.
final class ChartReader: NSObject, XMLParserDelegate {
    /// How many elements there are of each name.
    private(set) var elements: [String: Int] = [:]

    /// The text of each element.
    private(set) var texts: [String] = []

    /// All coordinates.
    private(set) var numbers: [String] = []

    /// Reads a chart; nil if it is no valid XML.
    init?(svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        self.elements[name, default: 0] += 1
        self.texts.append("")
        for (key, value) in attributes where ["x", "y", "cx", "cy", "points"].contains(key) {
            self.numbers += value.split { $0 == " " || $0 == "," }.map(String.init)
        }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        // Between two elements there are line breaks.
        self.texts[self.texts.count - 1] += text.filter { !$0.isNewline }
    }
}
