// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "loky_probe_faults.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// What a library of a user's may do while it is loaded, before the process has said a word: LOKY_PROBE_FAULT says what.
__attribute__((constructor(101))) static void fail_early(void) {
    const char *fault = getenv("LOKY_PROBE_FAULT");
    if (fault == NULL) return;
    fprintf(stderr, "no beginning by %s\n", fault);
    if (strcmp(fault, "exit") == 0) _exit(7);
    if (strcmp(fault, "abort") == 0) abort();
    if (strcmp(fault, "kill") == 0) kill(getpid(), SIGKILL);
    if (strcmp(fault, "stop") == 0) kill(getpid(), SIGSTOP);
}

// One that never ends, as if it waited for something: where the program's own libraries are initialised.
__attribute__((constructor(102))) static void hang_early(void) {
    const char *fault = getenv("LOKY_PROBE_FAULT");
    if (fault == NULL || strcmp(fault, "hang") != 0) return;
    printf("worker %d\n", (int)getpid());
    fflush(stdout);
    for (;;) pause();
}

static int memory_left = -1;

void loky_probe_limit_memory(int count) {
    memory_left = count;
}

/// In place of the C library's, for all that is linked into the program.
int posix_fallocate(int file, off_t offset, off_t size) {
    if (memory_left == 0) return ENOSPC;
    if (memory_left > 0) memory_left -= 1;
    return syscall(SYS_fallocate, file, 0, offset, size) == 0 ? 0 : errno;
}

pid_t loky_probe_fork(void) {
    return fork();
}

static int awaited;
static void (*at_signal)(void);

static void *wait_for_signal(void *unused) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, awaited);
    int number = 0;
    while (sigwait(&set, &number) != 0) {}
    at_signal();
    return unused;
}

void loky_probe_at_signal(int number, void (*action)(void)) {
    awaited = number;
    at_signal = action;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_signal, NULL) != 0) abort();
}
