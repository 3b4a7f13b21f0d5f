// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "interrupt.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "futex.h"
#include "output.h"

// What the handler touches is static and lock-free, and it wakes by futex rather than by a descriptor: nothing of it is
// ever closed or freed, so that a handler that runs late, or in a child of fork(2), cannot write into what is now
// somebody else's file. Everything it calls is on the list of signal-safety(7) or a bare system call.
//
// Memory orderings are sequentially consistent but for the futex: `release` must see a running handler or that handler must
// see the release (store, then load of another variable, on both sides), and none of this is on a hot path.

/// How many sources hold the handler.
static atomic_int holders;
/// How many handlers are running.
static atomic_int running;
/// SIGINTs handled, and their number when the present scope began.
static _Atomic(uint32_t) count;
static _Atomic(uint32_t) base;
/// What the watchers sleep on. It is changed, with release ordering, after what it announces. Not `_Atomic`, since the
/// futex functions take a plain word.
static uint32_t epoch;
/// The process that holds the handler; in a child of fork(2) it is not this one.
static _Atomic(pid_t) owner;
/// The disposition before ours. Written before ours is installed, and not while it is.
static struct sigaction before;

static void on_interrupt(int signal, siginfo_t *info, void *context);

static _Bool is_on_interrupt(const struct sigaction *action) {
    return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_interrupt;
}

static _Bool same_handler(const struct sigaction *a, const struct sigaction *b) {
    if ((a->sa_flags & SA_SIGINFO) != (b->sa_flags & SA_SIGINFO)) return 0;
    return (a->sa_flags & SA_SIGINFO) ? a->sa_sigaction == b->sa_sigaction : a->sa_handler == b->sa_handler;
}

/// Lets the signal do what it did before us, for a handler that was called although nobody holds it.
static void step_aside(int signal) {
    struct sigaction current;
    sigaction(signal, NULL, &current);
    if (is_on_interrupt(&current)) {
        sigaction(signal, &before, NULL);
    } else if (!same_handler(&current, &before)) {
        return;  // Called by somebody else's handler, who had found ours: the signal is in their hands.
    }
    raise(signal);  // Blocked while this handler runs; delivered when it returns.
}

static void on_interrupt(int signal, siginfo_t *info, void *context) {
    (void)info;
    (void)context;
    int saved = errno;
    if (atomic_load(&owner) != getpid()) {
        // A forked child: what was scoped was the parent's waiting, not the child's life.
        step_aside(signal);
    } else {
        atomic_fetch_add(&running, 1);
        if (atomic_load(&holders) == 0) {
            // Delivered just before the last release, and run after it.
            step_aside(signal);
        } else if (atomic_fetch_add(&count, 1) != atomic_load(&base)) {
            joblib_output_end_line();
            _exit(128 + SIGINT);
        } else {
            joblib_interrupt_wake();
        }
        atomic_fetch_sub(&running, 1);
    }
    errno = saved;
}

// MARK: - Holding

/// A lock that survives fork(2): it names its holder's process, so that a child whose parent forked while another thread
/// held it may take it over. Held for a few system calls, hence a yield rather than a futex.
static _Atomic(pid_t) lock;

static void acquire_lock(void) {
    pid_t self = getpid();
    for (;;) {
        pid_t holder = 0;
        if (atomic_compare_exchange_strong(&lock, &holder, self)) return;
        if (holder != self && atomic_compare_exchange_strong(&lock, &holder, self)) return;
        sched_yield();
    }
}

static void release_lock(void) {
    atomic_store(&lock, 0);
}

/// Forgets, in a forked child, what the parent held.
static void disown_parent(void) {
    struct sigaction current;
    sigaction(SIGINT, NULL, &current);
    if (is_on_interrupt(&current)) sigaction(SIGINT, &before, NULL);
    atomic_store(&holders, 0);
    atomic_store(&running, 0);
}

struct joblib_interrupt_hold joblib_interrupt_acquire(void) {
    struct joblib_interrupt_hold hold = {0};
    acquire_lock();
    if (atomic_load(&owner) != getpid()) {
        disown_parent();
        atomic_store(&owner, getpid());
    }

    struct sigaction current;
    sigaction(SIGINT, NULL, &current);
    _Bool ignored = !(current.sa_flags & SA_SIGINFO) && current.sa_handler == SIG_IGN;
    if (!ignored) {
        if (atomic_load(&holders) == 0) {
            atomic_store(&base, atomic_load(&count));
            // Not if it is ours already: somebody had saved it in a scope and put it back after that scope.
            if (!is_on_interrupt(&current)) before = current;
        }
        // Counted before it is installed, or a signal at once would find no holder.
        if (atomic_fetch_add(&holders, 1) == 0 && !is_on_interrupt(&current)) {
            struct sigaction ours = {.sa_sigaction = on_interrupt, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
            sigemptyset(&ours.sa_mask);
            sigaction(SIGINT, &ours, NULL);
        }
        hold.active = 1;
        hold.base = atomic_load(&base);
    }
    release_lock();
    return hold;
}

void joblib_interrupt_release(void) {
    acquire_lock();
    if (atomic_load(&owner) == getpid() && atomic_load(&holders) > 0) {
        if (atomic_load(&holders) == 1) {
            struct sigaction current;
            sigaction(SIGINT, NULL, &current);
            if (is_on_interrupt(&current)) sigaction(SIGINT, &before, NULL);
        }
        atomic_fetch_sub(&holders, 1);
        // It is a few instructions long. One that interrupted this very thread has ended already.
        while (atomic_load(&running) > 0) sched_yield();
    }
    release_lock();
}

// MARK: - Waiting

uint32_t joblib_interrupt_count(void) {
    return atomic_load(&count);
}

uint32_t joblib_interrupt_epoch(void) {
    return __atomic_load_n(&epoch, __ATOMIC_ACQUIRE);
}

void joblib_interrupt_wait(uint32_t seen) {
    joblib_futex_wait(&epoch, seen, -1, 0);
}

void joblib_interrupt_wake(void) {
    __atomic_fetch_add(&epoch, 1, __ATOMIC_ACQ_REL);
    joblib_futex_wake(&epoch, INT_MAX, 0);
}

void joblib_interrupt_name_thread(void) {
    pthread_setname_np(pthread_self(), "joblib-sigint");
}
