// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if !TCP

/// Registers the backend `"tcp"`, where the package is used with its trait `TCP`.
@available(
    *,
    unavailable,
    message: "depend on swift-joblib with the trait TCP: .package(url: …, from: …, traits: [\"TCP\"])"
)
public func registerTCPBackend() {}

#endif
