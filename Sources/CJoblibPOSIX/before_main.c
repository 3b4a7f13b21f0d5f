// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Swift has no module initialiser, and a list of backends has to be there before the program's first line. The name is
// weak: a program that does not link the facade has no list, and that is fine.
__attribute__((weak)) void joblib_register_built_in_backends(void);

__attribute__((constructor)) static void joblib_before_main(void) {
    if (joblib_register_built_in_backends) joblib_register_built_in_backends();
}
