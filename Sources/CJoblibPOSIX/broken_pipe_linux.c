// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "broken_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static sigset_t broken_pipe(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

bool joblib_block_broken_pipes(void) {
    sigset_t set = broken_pipe(), previous;
    pthread_sigmask(SIG_BLOCK, &set, &previous);
    return sigismember(&previous, SIGPIPE) == 1;
}

void joblib_restore_broken_pipes(bool was_blocked) {
    if (was_blocked) return;
    sigset_t set = broken_pipe();
    struct timespec now = {0, 0};
    while (sigtimedwait(&set, NULL, &now) > 0) {
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int joblib_take_conversation(int *reading, int *writing) {
    int in = fcntl(*reading, F_DUPFD_CLOEXEC, 3);
    if (in < 0) return errno;
    int out = fcntl(*writing, F_DUPFD_CLOEXEC, 3);
    if (out < 0) return errno;
    int old[] = {*reading, *writing};
    for (int i = 0; i < (old[0] == old[1] ? 1 : 2); i++) {
        if (old[i] > 2) {
            close(old[i]);
        } else if (old[i] == 0) {
            int empty = open("/dev/null", O_RDONLY);
            if (empty < 0) return errno;
            if (empty != 0) {
                dup2(empty, 0);
                close(empty);
            }
        } else if (old[i] == 1) {
            dup2(2, 1);
        }
    }
    *reading = in;
    *writing = out;
    return 0;
}
