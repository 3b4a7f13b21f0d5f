// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "cpu_affinity.h"
#include "threads.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct start {
    void (*body)(void *);
    void *argument;
    char name[16];
};

static void *trampoline(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    start.body(start.argument);
    return NULL;
}

int joblib_thread_start(const char *name, void (*body)(void *), void *argument) {
    struct start *start = calloc(1, sizeof *start);
    if (start == NULL) return ENOMEM;
    start->body = body;
    start->argument = argument;
    strncpy(start->name, name, sizeof start->name - 1);

    pthread_attr_t attributes;
    int failure = pthread_attr_init(&attributes);
    if (failure == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_t thread;
        failure = pthread_create(&thread, &attributes, trampoline, start);
        pthread_attr_destroy(&attributes);
    }
    if (failure != 0) free(start);
    return failure;
}

int32_t joblib_thread_id(void) {
    return (int32_t)syscall(SYS_gettid);
}

// Of libswift_Concurrency; the first word is NULL outside of actors. Weak: a program may not link it.
struct executor {
    void *identity;
    uintptr_t implementation;
};
__attribute__((swiftcall, weak)) struct executor swift_task_getCurrentExecutor(void);

int joblib_thread_is_isolated(void) {
    if (getpid() == syscall(SYS_gettid)) return 1;
    return swift_task_getCurrentExecutor != NULL && swift_task_getCurrentExecutor().identity != NULL;
}

void joblib_yield(void) {
    sched_yield();
}

uint64_t joblib_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t joblib_boot_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Of Linux 5.14, which headers may be older than.
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int joblib_populate_pages(void *start, size_t byte_count) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)start + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)start + byte_count) / page * page;
    return first >= end || madvise((void *)first, end - first, MADV_POPULATE_WRITE) == 0;
}

void joblib_advise_huge_pages(void *start, size_t byte_count) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1);
    uintptr_t end = ((uintptr_t)start + byte_count) & ~(page - 1);
    if (first < end) madvise((void *)first, end - first, MADV_HUGEPAGE);
}

int joblib_thread_pin(size_t position, void **previous, size_t *previous_size) {
    void *set;
    size_t size;
    int failure = joblib_allowed_processors(&set, &size);
    if (failure != 0) return failure;

    cpu_set_t *allowed = set;
    size_t count = (size_t)CPU_COUNT_S(size, allowed);
    size_t wanted = count == 0 ? 0 : position % count;
    for (size_t cpu = 0; cpu < size * 8; cpu++) {
        if (!CPU_ISSET_S(cpu, size, allowed) || wanted-- != 0) continue;
        cpu_set_t *one = CPU_ALLOC(size * 8);
        if (one == NULL) break;
        CPU_ZERO_S(size, one);
        CPU_SET_S(cpu, size, one);
        failure = sched_setaffinity(0, size, one) == 0 ? 0 : errno;
        CPU_FREE(one);
        if (failure != 0) break;
        *previous = allowed;
        *previous_size = size;
        return 0;
    }
    CPU_FREE(allowed);
    return failure != 0 ? failure : ENOMEM;
}

int joblib_thread_keep_off(int processor, void **previous, size_t *previous_size) {
    void *set;
    size_t size;
    if (processor < 0) return EINVAL;
    int failure = joblib_allowed_processors(&set, &size);
    if (failure != 0) return failure;

    cpu_set_t *allowed = set;
    failure = EINVAL;
    if (CPU_ISSET_S((size_t)processor, size, allowed) && CPU_COUNT_S(size, allowed) > 1) {
        CPU_CLR_S((size_t)processor, size, allowed);
        failure = sched_setaffinity(0, size, allowed) == 0 ? 0 : errno;
        CPU_SET_S((size_t)processor, size, allowed);
    }
    if (failure != 0) {
        CPU_FREE(allowed);
        return failure;
    }
    *previous = allowed;
    *previous_size = size;
    return 0;
}

void joblib_thread_return_to(int processor, void *previous, size_t previous_size) {
    void *set;
    size_t size;
    if (joblib_allowed_processors(&set, &size) == 0) {
        // Whoever has changed the set in the meantime means it.
        cpu_set_t *now = set;
        if (size == previous_size && !CPU_ISSET_S((size_t)processor, size, now)) {
            CPU_SET_S((size_t)processor, size, now);
            if (CPU_EQUAL_S(size, now, (cpu_set_t *)previous)) sched_setaffinity(0, size, now);
        }
        CPU_FREE(now);
    }
    CPU_FREE(previous);
}

void joblib_thread_unpin(void *previous, size_t previous_size) {
    sched_setaffinity(0, previous_size, previous);
    CPU_FREE(previous);
}
