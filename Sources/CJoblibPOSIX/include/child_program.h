// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_CHILD_PROGRAM_H
#define JOBLIB_CHILD_PROGRAM_H

#include <sys/types.h>

/// Starts another program, execve(2): an empty signal mask, default handlers, a process group of its own, nothing to read, `output` and
/// `error` as its standard output and error, and no other descriptor. It is killed when the calling thread ends.
///
/// Returns 0, or what errno would be.
int joblib_start_program(const char *path, char *const *arguments, char *const *environment, int output, int error,
                         pid_t *pid);

/// The assignments of this process's environment, environ(7).
char **joblib_environment(void);

#endif
