// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_ERROR_TEXT_H
#define JOBLIB_ERROR_TEXT_H

/// The system's constant text for an errno value, or NULL. Unlike strerror(3) it shares no buffer between threads.
const char *joblib_error_text(int error);

#endif
