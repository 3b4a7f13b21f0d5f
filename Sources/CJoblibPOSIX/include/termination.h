// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_TERMINATION_H
#define JOBLIB_TERMINATION_H

// Has the calling thread, and those that it starts, not be ended by SIGTERM and SIGINT: somebody waits for them.
void joblib_block_termination(void);

// Waits for one of the two, which every thread has to have blocked; sigwaitinfo(2).
void joblib_wait_for_termination(void);

// A descriptor that is readable while one of the two waits, signalfd(2); below 0 where there is none, and errno says why.
int joblib_termination_descriptor(void);

// Takes one of the two off the descriptor; returns whether there was one.
int joblib_take_termination(int descriptor);

#endif
