// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "cxx_globals.h"

#include <string>

static std::string *make() { return new std::string(41, 'x'); }

static std::string *const text = make();

int cxx_global_length(void) { return text == nullptr ? 0 : static_cast<int>(text->size()); }
