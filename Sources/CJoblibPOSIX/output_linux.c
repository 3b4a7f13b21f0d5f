// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

// MARK: - Writing

/// Whether a thread is writing to stderr. The thread has blocked SIGINT then, so a handler that finds it set is on another
/// one and may wait for it.
static atomic_int writing;

/// Whether the process is being ended by SIGINT, so that nothing more should appear on the terminal.
static atomic_int is_ending;

static int write_all(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written >= 0) {
            bytes += written;
            count -= (size_t)written;
        } else if (errno == EAGAIN) {
            // Somebody, perhaps another process, has made it non-blocking. Half a line is worse than a late one.
            struct pollfd request = {.fd = descriptor, .events = POLLOUT};
            if (poll(&request, 1, -1) < 0 && errno != EINTR) return errno;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

int joblib_output_write(int descriptor, const void *bytes, size_t count) {
    if (descriptor == STDOUT_FILENO) fflush(stdout);

    sigset_t blocked, previous, pending;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    sigaddset(&blocked, SIGINT);
    pthread_sigmask(SIG_BLOCK, &blocked, &previous);
    sigpending(&pending);
    _Bool was_pending = sigismember(&pending, SIGPIPE);

    atomic_fetch_add(&writing, 1);
    int failure = atomic_load(&is_ending) ? 0 : write_all(descriptor, bytes, count);
    atomic_fetch_sub(&writing, 1);

    if (failure == EPIPE && !was_pending) {
        // It is pending for this very thread; taken away before it is let through.
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        struct timespec none = {0};
        while (sigtimedwait(&pipe, NULL, &none) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    return failure;
}

int joblib_output_is_terminal(int descriptor) {
    return isatty(descriptor);
}

void joblib_output_size(int descriptor, uint16_t *columns, uint16_t *rows) {
    struct winsize size = {0};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) size = (struct winsize){0};
    *columns = size.ws_col;
    *rows = size.ws_row;
}

// MARK: - Ctrl-C

/// The process whose line stands there; in a child of fork(2) it is not this one.
static _Atomic(pid_t) unfinished;
/// Whether our handler is installed, in this process.
static _Atomic(pid_t) installed;

static void on_interrupt(int signal) {
    int saved = errno;
    // What the signal would have done without us: blocked while this handler runs, delivered when it returns.
    struct sigaction fatal = {.sa_handler = SIG_DFL};
    sigemptyset(&fatal.sa_mask);
    sigaction(signal, &fatal, NULL);
    joblib_output_end_line();
    raise(signal);
    errno = saved;
}

static void end_line(void) {
    if (atomic_load(&unfinished) != getpid()) return;
    // Not into the middle of what another thread writes; but a terminal that was stopped, by Ctrl-S, must not keep the
    // process from ending.
    struct timespec moment = {.tv_nsec = 1000000};
    for (int tries = 0; tries < 50 && atomic_load(&writing) > 0; tries++) nanosleep(&moment, NULL);
    struct pollfd request = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (atomic_exchange(&unfinished, 0) == 0 || atomic_load(&writing) > 0 || poll(&request, 1, 0) <= 0) return;
    (void)!write(STDERR_FILENO, "\r\n", 2);
}

void joblib_output_end_line(void) {
    if (atomic_load(&unfinished) == getpid()) atomic_store(&is_ending, 1);
    end_line();
}

void joblib_output_set_unfinished_line(int is_unfinished) {
    pid_t self = getpid();
    struct sigaction current;
    if (is_unfinished) {
        static atomic_flag is_registered = ATOMIC_FLAG_INIT;
        // A program may also end by exit(3) while a loop is at work in another thread.
        if (!atomic_flag_test_and_set(&is_registered)) atexit(end_line);
        atomic_store(&unfinished, self);
        if (atomic_load(&installed) == self) return;
        // Whoever handles or ignores the signal goes on doing so.
        sigaction(SIGINT, NULL, &current);
        if ((current.sa_flags & SA_SIGINFO) || current.sa_handler != SIG_DFL) return;
        struct sigaction ours = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART | SA_ONSTACK};
        sigemptyset(&ours.sa_mask);
        sigaction(SIGINT, &ours, NULL);
        atomic_store(&installed, self);
    } else {
        atomic_store(&unfinished, 0);
        if (atomic_exchange(&installed, 0) != self) return;
        sigaction(SIGINT, NULL, &current);
        if (current.sa_flags & SA_SIGINFO || current.sa_handler != on_interrupt) return;
        struct sigaction normal = {.sa_handler = SIG_DFL};
        sigemptyset(&normal.sa_mask);
        sigaction(SIGINT, &normal, NULL);
    }
}
