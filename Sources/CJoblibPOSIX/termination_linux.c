// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "termination.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

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

int joblib_termination_descriptor(void) {
    sigset_t signals = termination_signals();
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int joblib_take_termination(int descriptor) {
    struct signalfd_siginfo signal;
    return read(descriptor, &signal, sizeof signal) == sizeof signal;
}
