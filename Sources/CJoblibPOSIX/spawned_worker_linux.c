// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "spawned_worker.h"

#include "child_signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

extern char __executable_start[];
extern char etext[];

struct joblib_program_range joblib_program_code(void) {
    struct joblib_program_range range = {(uintptr_t)__executable_start, (uintptr_t)etext};
    return range;
}

_Noreturn void joblib_worker_end_group(void) {
    // A group of its own, by posix_spawn; anybody else's is not to be ended.
    if (getpgrp() == getpid()) kill(0, SIGKILL);
    _exit(EXIT_FAILURE);
}

static void on_parent_death(int number) {
    (void)number;
    joblib_worker_end_group();
}

/// Before the initialisers of the program's own libraries, of which one may never return: nothing watches the parent yet.
__attribute__((constructor(101))) static void die_with_parent(void) {
    const char *value = getenv("JOBLIB_WORKER");
    int parent = 0;
    if (value == NULL || sscanf(value, "ring:%d", &parent) != 1) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(EXIT_FAILURE);
}

void joblib_worker_begin(struct joblib_child_record *record, pid_t parent) {
    // Not SIGKILL: what tasks have started is to go, too. And not a signal that a program may want for itself.
    struct sigaction death = {.sa_handler = on_parent_death};
    sigaction(SIGRTMAX, &death, NULL);
    prctl(PR_SET_PDEATHSIG, SIGRTMAX);
    // It may have died before.
    if (getppid() != parent) joblib_worker_end_group();
    setvbuf(stdout, NULL, _IOLBF, 0);
    joblib_child_record_crashes(record);
}

void joblib_worker_end_within(unsigned int seconds) {
    sigset_t alarms;
    signal(SIGALRM, SIG_DFL);
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(seconds);
}

void joblib_wait_for_hangup(int descriptor) {
    char bytes[256];
    for (;;) {
        ssize_t count = recv(descriptor, bytes, sizeof bytes, 0);
        if (count > 0 || (count < 0 && errno == EINTR)) continue;
        return;
    }
}

int joblib_socket_pair(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
    ends[0] = joblib_above_standard_streams(ends[0]);
    ends[1] = joblib_above_standard_streams(ends[1]);
    if (ends[0] >= 0 && ends[1] >= 0) return 0;
    int error = errno;
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) close(ends[i]);
    }
    return error;
}
