// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

#if RACE
@MainActor
func square(_ value: Int) -> Int {
    value * value
}
#else
func square(_ value: Int) -> Int {
    value * value
}
#endif

func task() -> Delayed<Int> {
    // expected-error@+1 {{loses global actor 'MainActor'}}
    delayed(square)(3)
}
