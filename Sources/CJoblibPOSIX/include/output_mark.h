// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_OUTPUT_MARK_H
#define JOBLIB_OUTPUT_MARK_H

#include <stdint.h>

/// Notes what the standard streams of a worker are: marks are written to nothing else, should a task put a file in their place.
void joblib_note_marked_streams(void);

/// Writes into both streams, after all that was printed so far, that a task is at work from here on; -1: none.
///
/// Nothing where that was said before. For one thread.
void joblib_mark_output(int64_t task);

#endif
