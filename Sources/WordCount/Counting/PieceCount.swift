// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The count of one piece of a file, which can be joined to that of the next piece.
///
/// Joining is associative, and an empty piece changes nothing: pieces may be counted in any order, by any worker.
struct PieceCount: Codable, Hashable, Sendable {
    /// What stands at the two ends of a piece: a word that goes on in the neighbour must not count twice.
    struct Edges: Codable, Hashable, Sendable {
        var beginsInWord: Bool
        var endsInWord: Bool
    }

    var count = Count()

    /// The edges, or nil if the piece holds nothing that begins or ends a word.
    var edges: Edges?

    /// Joins the piece that follows this one.
    mutating func append(_ next: PieceCount) {
        self.count += next.count
        guard let nextEdges = next.edges else { return }
        guard let edges = self.edges else {
            self.edges = nextEdges
            return
        }
        if edges.endsInWord && nextEdges.beginsInWord { self.count.words -= 1 }
        self.edges = Edges(beginsInWord: edges.beginsInWord, endsInWord: nextEdges.endsInWord)
    }
}
