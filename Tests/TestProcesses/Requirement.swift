// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Foundation
package import Testing

/// A tool that a test needs and that a machine may lack.
///
/// A test that cannot run without it says so as a known issue, which is not silence; CI sets the variable, which makes
/// it a failure.
package struct Requirement: Sendable {
    private let tool: String
    private let variable: String

    /// Names a tool.
    ///
    /// - Parameters:
    ///   - tool: The name of the tool, for people.
    ///   - variable: The environment variable that makes it indispensable.
    package init(_ tool: String, enforcedBy variable: String) {
        self.tool = tool
        self.variable = variable
    }

    /// Records that the tool is not there.
    package func reportMissing(sourceLocation: SourceLocation = #_sourceLocation) {
        let comment: Comment = "not tested: \(self.tool) was not found; \(self.variable) makes this a failure"
        if ProcessInfo.processInfo.environment[self.variable] == nil {
            withKnownIssue(comment, sourceLocation: sourceLocation) {
                Issue.record(comment, sourceLocation: sourceLocation)
            }
        } else {
            Issue.record(comment, sourceLocation: sourceLocation)
        }
    }
}
