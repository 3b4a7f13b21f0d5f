// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_TERMINATION_H
#define JOBLIB_TERMINATION_H

// Has the calling thread, and those that it starts, not be ended by SIGTERM and SIGINT: somebody waits for them.
void joblib_block_termination(void);

// Waits for one of the two, which every thread has to have blocked; sigwaitinfo(2).
void joblib_wait_for_termination(void);

#endif
