// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include <stdlib.h>

#include "fuzzer_driver.h"

// The `main` of libFuzzer asks for this one. It is linked, since all of the library is, but another `main` runs.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)data, (void)size;
    abort();
}
