// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ProgramIdentity {
    /// Compares the other side's identity with one's own, which has to be the same.
    ///
    /// - Parameters:
    ///   - other: What the other side says of itself.
    ///   - otherName: Where that program runs.
    ///   - name: Where one's own runs. People at both ends read of it.
    ///   - mayBeAnother: Whether only what is said has to be the same, and not the program.
    /// - Returns: What differs, with both identities and what to do about it; `nil` if it is the same build.
    package func refusal(
        of other: ProgramIdentity,
        at otherName: String,
        from name: String,
        mayBeAnother: Bool = false
    ) -> GreetingRefusal? {
        let difference: String
        let remedy: String
        if other.version != self.version {
            difference = "another version of what is said in a cluster"
            remedy =
                "build both with the same version of swift-joblib"
                + (mayBeAnother ? "" : ", and run the very same executable at both ends")
        } else if mayBeAnother {
            return nil
        } else if other.architecture != self.architecture {
            difference = "another processor"
            remedy = "a cluster's programs are one executable, so all of its hosts need the same kind of processor"
        } else if other.build != self.build {
            difference = "another build of the program"
            remedy =
                "run the very same executable at both ends, since a build on each of them is another one: "
                + "scp '\(self.program.printable())' HOST:, with the libraries beside it if it has any"
        } else {
            return nil
        }
        let detail =
            "\(difference): \(name.printable()) runs \(self.text), and \(otherName.printable()) runs \(other.text); \(remedy)"
        return GreetingRefusal(code: .build, detail: detail)
    }

    private var text: String {
        "'\(self.program.printable())' (build \(self.build.printable()), \(self.architecture.printable()), version \(self.version))"
    }
}
