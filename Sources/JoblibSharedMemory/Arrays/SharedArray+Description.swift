// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension SharedArray: CustomStringConvertible {
    /// The type, the shape and the first elements, such as `SharedArray<Double> of shape [2, 3]: 0.0, 1.0, 2.0, …`.
    ///
    /// For failures of tasks, which show their arguments.
    public var description: String {
        let kind = "SharedArray<\(Element.self)> of shape \(self.shape)"
        // Whoever tells of a task that its array has ended must not end by it.
        if let byteCount = self.segment.shrunkByteCount {
            return "\(kind), whose file has shrunk from \(self.segment.byteCount) to \(byteCount) bytes"
        }
        let first = self.prefix(3).map { "\($0)" }.joined(separator: ", ")
        let elements = self.isEmpty ? "" : ": \(first)\(self.count > 3 ? ", …" : "")"
        return "\(kind)\(elements)"
    }
}
