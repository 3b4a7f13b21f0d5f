// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "termination.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static sigset_t termination_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

void joblib_block_termination(void) {
    sigset_t signals = termination_signals();
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

void joblib_wait_for_termination(void) {
    sigset_t signals = termination_signals();
    while (sigwaitinfo(&signals, NULL) < 0 && errno == EINTR) {}
}
