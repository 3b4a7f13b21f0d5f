// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_SPAWN_PROGRAM_H
#define JOBLIB_SPAWN_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

/// A process to be started: this very program anew, or another one.
struct joblib_spawn {
    /// A program, which is looked for in PATH where it has no slash, and what it is called with, up to a null pointer; the first is
    /// null where it is this one.
    const char *file;
    char *const *arguments;
    /// Assignments, `NAME=value`, that are added to the environment or replace what it has.
    const char *const *assignments;
    size_t assignment_count;
    /// Become its standard input, which is nothing to read where this is negative, its standard output and its standard error.
    int input;
    int output;
    int error;
    /// Become its descriptors 3, 4, and so on; it has no others.
    const int *inherited;
    size_t inherited_count;
};

/// Starts it with posix_spawn(3): an empty signal mask, default handlers, a process group of its own.
///
/// Returns 0, or what errno would be.
int joblib_spawn_program(const struct joblib_spawn *spawn, pid_t *pid);

#endif
