// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_CHILD_SIGNALS_H
#define JOBLIB_CHILD_SIGNALS_H

#include "forked_child.h"

/// Records in memory that the parent sees how the calling thread, and with it the process, ends.
///
/// From here on fatal signals leave the stack there, SIGQUIT leaves it and stops the thread, and exit(3) leaves its status.
void joblib_child_record_crashes(struct joblib_child_record *record);

#endif
