// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func fill() throws -> [Int] {
    let array = try SharedArray<Int>(zeros: 10)
    array.withMutableSpan { span in
        for index in span.indices { span[index] = index }
    }
    #if RACE
    // expected-error@+1 {{cannot assign through subscript: subscript is get-only}}
    array[0] = 5
    #endif
    return Array(array)
}
