// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension String {
    /// The beginning in quotes, with control characters escaped: what an error message may repeat of foreign text.
    var excerpt: String {
        let limit = 30
        let scalars = self.unicodeScalars
        let quoted = String(scalars.prefix(limit)).debugDescription
        return scalars.dropFirst(limit).isEmpty ? quoted : "\(quoted)..."
    }
}
