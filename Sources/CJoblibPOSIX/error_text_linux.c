// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "error_text.h"

#include <string.h>

const char *joblib_error_text(int error) {
    return strerrordesc_np(error);
}
