// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef LOKY_PROBE_FAULTS_H
#define LOKY_PROBE_FAULTS_H

#include <sys/types.h>

/// Has the reservation of shared memory fail, with ENOSPC, after so many more have succeeded; negative: never.
void loky_probe_limit_memory(int count);

/// fork(2), which Swift does not let a program call.
pid_t loky_probe_fork(void);

/// Has a thread of its own wait for a signal, which is blocked in all others, and do something then.
void loky_probe_at_signal(int number, void (*action)(void));

#endif
