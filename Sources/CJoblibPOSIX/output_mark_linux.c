// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "output_mark.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct joblib_child_record *joblib_output_record;
int joblib_output_is_marked;

static struct stat noted[2];
static uint64_t nonce;

/// What the last mark has said.
static int64_t marked_task;
static int marked_shown;

void joblib_output_open(struct joblib_child_record *record) {
    joblib_output_record = record;
    joblib_output_is_marked = 0;
    // Now: a task may damage what is in the record.
    nonce = record->output_nonce;
    for (int i = 0; i < 2; i++) {
        if (fstat(STDOUT_FILENO + i, &noted[i]) != 0) noted[i].st_ino = 0;
    }
}

static void write_marks(const char *marks, size_t size) {
    // Before it: who reads the mark finds it set.
    __atomic_store_n(&joblib_output_record->has_marked, 1, __ATOMIC_RELEASE);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        struct stat now;
        if (noted[i].st_ino == 0 || fstat(STDOUT_FILENO + i, &now) != 0) continue;
        if (now.st_ino != noted[i].st_ino || now.st_dev != noted[i].st_dev) continue;
        // In one piece, as a pipe takes what is so short; a stream that takes nothing any more has no reader.
        if (write(STDOUT_FILENO + i, marks, size) < 0) continue;
    }
}

/// Adds a mark: '+' for a task whose lines bear its number, '-' for another one, '.' for the end of one.
static size_t add_mark(char *marks, size_t size, size_t capacity, char kind, int64_t task) {
    int count = snprintf(
        marks + size, capacity - size, "%cjoblib %016llx%c%lld%c", 0, (unsigned long long)nonce, kind, (long long)task, 0);
    return size + (size_t)count;
}

/// Adds that what is at work has ended.
static size_t add_end(char *marks, size_t size, size_t capacity) {
    if (joblib_output_is_marked) return add_mark(marks, size, capacity, '.', marked_task);
    // It has begun when nobody wanted to know.
    int64_t count = joblib_output_task_count(joblib_output_record);
    if (count == 0) return size;
    return add_mark(marks, size, capacity, '.', count == 1 ? joblib_output_task(joblib_output_record) : -1);
}

void joblib_output_mark_begin(int64_t task, int64_t count, int is_shown) {
    char marks[128];
    int is_wanted = joblib_output_wants_marks();
    // Of several nobody would know which one it is.
    int is_new = (is_shown || is_wanted) && count == 1;
    if (is_new && joblib_output_is_marked && marked_task == task && marked_shown == is_shown) return;
    if (is_wanted) __atomic_fetch_sub(&joblib_output_record->wanted_marks, 1, __ATOMIC_RELAXED);
    size_t size = add_end(marks, 0, sizeof marks);
    if (is_new) size = add_mark(marks, size, sizeof marks, is_shown ? '+' : '-', task);
    joblib_output_is_marked = is_new;
    marked_task = task;
    marked_shown = is_shown;
    if (size > 0) write_marks(marks, size);
}

void joblib_output_mark_end(void) {
    char marks[64];
    size_t size = add_end(marks, 0, sizeof marks);
    joblib_output_is_marked = 0;
    if (size > 0) write_marks(marks, size);
}
