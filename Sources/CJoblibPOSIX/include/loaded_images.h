// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_LOADED_IMAGES_H
#define JOBLIB_LOADED_IMAGES_H

#include <stddef.h>
#include <stdint.h>

/// Calls a function for the program, whose path is empty, and each library that is loaded; dl_iterate_phdr(3).
///
/// The build id is what the linker has put into the image as NT_GNU_BUILD_ID; NULL where it has not.
void joblib_visit_loaded_images(
    void (*_Nonnull visitor)(
        const char *_Nonnull path, const uint8_t *_Nullable build_id, size_t build_id_size, void *_Nullable context),
    void *_Nullable context);

#endif
