// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_PROGRAM_COPY_H
#define JOBLIB_PROGRAM_COPY_H

#include <sys/types.h>

/// Makes a pipe whose ends no child inherits, pipe2(2). Returns 0 or an errno value.
int joblib_pipe(int *reading, int *writing);

/// A descriptor that is readable once a child has ended, pidfd_open(2); -1 with errno on failure.
int joblib_pidfd_open(pid_t pid);

#endif
