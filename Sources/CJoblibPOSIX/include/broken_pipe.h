// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_BROKEN_PIPE_H
#define JOBLIB_BROKEN_PIPE_H

#include <stdbool.h>

/// Has writes of the calling thread to a pipe without a reader fail with EPIPE alone; whether SIGPIPE was blocked before.
bool joblib_block_broken_pipes(void);

/// Undoes that, and takes back a SIGPIPE that came in between.
void joblib_restore_broken_pipes(bool was_blocked);

/// Moves a worker's conversation to descriptors of its own, out of the way of what tasks read and write; 0, or an errno.
///
/// Where it was on the standard ones, input becomes empty and output goes to standard error.
int joblib_take_conversation(int *reading, int *writing);

#endif
