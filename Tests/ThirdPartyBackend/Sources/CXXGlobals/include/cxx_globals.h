// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef CXX_GLOBALS_H
#define CXX_GLOBALS_H

#ifdef __cplusplus
extern "C" {
#endif

/// The length of a text that an initialiser of the C++ library has made before `main`; 0 in a process that skipped it.
int cxx_global_length(void);

#ifdef __cplusplus
}
#endif

#endif
