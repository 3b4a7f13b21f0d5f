// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster

/// What the other end of a connection has proved.
struct ProvenPeer: Equatable {
    /// What its certificate says that it is.
    let role: Greeting.Role

    /// What tells it from everybody else: the SHA-256 of its public key, as RFC 5280 encodes that, of which it has the private one.
    let key: [UInt8]
}

#endif
