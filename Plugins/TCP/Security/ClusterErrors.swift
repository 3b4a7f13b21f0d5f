// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore

extension ParallelError {
    static func invalidToken(_ detail: String) -> ParallelError { ParallelError(.invalidToken, detail) }

    static func handshakeRejected(_ detail: String) -> ParallelError { ParallelError(.handshakeRejected, detail) }
}

#endif
