// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A drawing in the Scalable Vector Graphics format, built element by element.
struct SVGDocument {
    /// A point in the coordinates of the drawing, where y grows downwards.
    struct Point: Hashable, Sendable {
        var x: Double
        var y: Double
    }

    /// Where a text lies relative to its point.
    enum Anchor: String {
        case start
        case middle
        case end
    }

    /// How a line is drawn.
    struct Stroke {
        var color: String
        var width = 1.0
        var dashes: String?
        var opacity = 1.0
    }

    /// How a text is drawn.
    struct TextStyle {
        var size: Double
        var color: String
        var isBold = false
        var anchor = Anchor.start
        var rotation = 0.0
    }

    let width: Double
    let height: Double
    let title: String
    private var elements: [String] = []

    /// Creates an empty drawing on a white background; the title is for those who hear a drawing.
    init(width: Double, height: Double, title: String) {
        self.width = width
        self.height = height
        self.title = title
    }

    /// Draws a line through points.
    mutating func line(_ points: [Point], _ stroke: Stroke) {
        guard points.count > 1 else { return }
        let path = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        var attributes = [
            ("points", path), ("fill", "none"), ("stroke", stroke.color), ("stroke-width", Self.number(stroke.width)),
            ("stroke-linejoin", "round"), ("stroke-linecap", stroke.dashes == nil ? "round" : "butt"),
        ]
        if let dashes = stroke.dashes { attributes.append(("stroke-dasharray", dashes)) }
        if stroke.opacity < 1 { attributes.append(("stroke-opacity", fixed(stroke.opacity, decimals: 2))) }
        self.append("polyline", attributes)
    }

    /// Draws a disc with a white rim, which keeps it apart from the lines and discs below it.
    mutating func dot(_ center: Point, radius: Double, color: String) {
        self.append(
            "circle",
            [
                ("cx", Self.number(center.x)), ("cy", Self.number(center.y)), ("r", Self.number(radius)),
                ("fill", color), ("stroke", "#ffffff"), ("stroke-width", "1"),
            ]
        )
    }

    /// Draws a rectangle from its upper left corner.
    mutating func rectangle(_ corner: Point, width: Double, height: Double, color: String) {
        self.append(
            "rect",
            [
                ("x", Self.number(corner.x)), ("y", Self.number(corner.y)), ("width", Self.number(width)),
                ("height", Self.number(height)), ("fill", color),
            ]
        )
    }

    /// Draws a text, which may contain any characters.
    mutating func text(_ text: String, at point: Point, _ style: TextStyle) {
        var attributes = [
            ("x", Self.number(point.x)), ("y", Self.number(point.y)), ("font-size", Self.number(style.size)),
            ("fill", style.color),
        ]
        if style.isBold { attributes.append(("font-weight", "600")) }
        if style.anchor != .start { attributes.append(("text-anchor", style.anchor.rawValue)) }
        if style.rotation != 0 {
            let center = "\(Self.number(point.x)) \(Self.number(point.y))"
            attributes.append(("transform", "rotate(\(Self.number(style.rotation)) \(center))"))
        }
        self.append("text", attributes, content: text)
    }

    /// The drawing as a file.
    var rendered: String {
        let size = "\(Self.number(self.width)) \(Self.number(self.height))"
        let fonts = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(self.width))" \
            height="\(Self.number(self.height))" viewBox="0 0 \(size)" font-family="\(fonts)" role="img">
            <title>\(Self.escaped(self.title))</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            \(self.elements.joined(separator: "\n"))
            </svg>

            """
    }

    /// Returns a text with the characters replaced that mean something in XML, and without those it forbids.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += " "
            case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private mutating func append(_ name: String, _ attributes: [(String, String)], content: String? = nil) {
        let list = attributes.map { " \($0.0)=\"\(Self.escaped($0.1))\"" }.joined()
        self.elements.append(content.map { "<\(name)\(list)>\(Self.escaped($0))</\(name)>" } ?? "<\(name)\(list)/>")
    }

    /// Returns a number with at most one digit after the point, which is finer than any screen.
    private static func number(_ value: Double) -> String {
        let text = fixed(value, decimals: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
