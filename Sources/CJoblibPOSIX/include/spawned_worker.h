// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_SPAWNED_WORKER_H
#define JOBLIB_SPAWNED_WORKER_H

#include "forked_child.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Where the program's code is in memory, which differs from process to process.
struct joblib_program_range {
    uintptr_t start;
    uintptr_t end;
};

struct joblib_program_range joblib_program_code(void);

/// Whether the process was started as a worker.
int joblib_is_spawned_worker(void);

/// Makes the calling thread, the program's first, the one whose crashes are recorded, and has the process die with its parent.
///
/// When `parent` has ended before, the process ends at once. A process group goes with the worker.
void joblib_worker_begin(struct joblib_child_record *record, pid_t parent);

/// Ends the process, its group, and with that whatever tasks have started.
_Noreturn void joblib_worker_end_group(void);

/// Has the process end by SIGALRM after some seconds, unless it has ended by then.
void joblib_worker_end_within(unsigned int seconds);

/// Waits until the other side of a socket has gone; what comes is dropped.
void joblib_wait_for_hangup(int descriptor);

/// Makes a pair of connected sockets that no child inherits. Returns 0 or an errno value.
int joblib_socket_pair(int ends[2]);

#endif
