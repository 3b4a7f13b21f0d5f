// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_OUTPUT_MARK_H
#define JOBLIB_OUTPUT_MARK_H

#include "forked_child.h"

#include <stddef.h>
#include <stdint.h>

/// What the worker that this process is tells its parent of its output; NULL in a process that is none.
extern struct joblib_child_record *joblib_output_record;

/// Whether a mark was written that says that a task is at work.
extern int joblib_output_is_marked;

/// Begins: notes what the standard streams are, since marks are written to nothing else, should a task put a file in their place.
void joblib_output_open(struct joblib_child_record *record);

void joblib_output_mark_begin(int64_t task, int64_t count, int is_shown);
void joblib_output_mark_end(void);

/// Whether the parent wants to know in which task something is printed.
static inline int joblib_output_wants_marks(void) {
    struct joblib_child_record *record = joblib_output_record;
    return record != NULL && __atomic_load_n(&record->wanted_marks, __ATOMIC_RELAXED) > 0;
}

/// Says that what is printed from here on is printed by a task, or by one of several; for one thread.
///
/// Most often that is a note in memory. A mark is written, after all that was printed so far, where lines are to be shown
/// with their task, and where the parent wants to know.
static inline void joblib_output_begin(int64_t task, int64_t count, int is_shown) {
    struct joblib_child_record *record = joblib_output_record;
    if (record == NULL) return;
    if (is_shown || joblib_output_is_marked || joblib_output_wants_marks()) {
        joblib_output_mark_begin(task, count, is_shown);
    }
    __atomic_store_n(&record->output_task, task, __ATOMIC_RELAXED);
    __atomic_store_n(&record->output_task_count, count, __ATOMIC_RELAXED);
}

/// Says that it is nobody's.
static inline void joblib_output_end(void) {
    struct joblib_child_record *record = joblib_output_record;
    if (record == NULL) return;
    if (joblib_output_is_marked || joblib_output_wants_marks()) joblib_output_mark_end();
    __atomic_store_n(&record->output_task_count, 0, __ATOMIC_RELAXED);
}

/// Has a child write marks before so many tasks; by its parent.
static inline void joblib_output_ask(struct joblib_child_record *record, int32_t count) {
    __atomic_store_n(&record->wanted_marks, count, __ATOMIC_RELAXED);
}

/// Whether a child has written a mark into what was read of it; by its parent.
static inline int joblib_output_has_marked(const struct joblib_child_record *record) {
    return __atomic_load_n(&record->has_marked, __ATOMIC_ACQUIRE) != 0;
}

static inline int64_t joblib_output_task(const struct joblib_child_record *record) {
    return __atomic_load_n(&record->output_task, __ATOMIC_RELAXED);
}

static inline int64_t joblib_output_task_count(const struct joblib_child_record *record) {
    return __atomic_load_n(&record->output_task_count, __ATOMIC_RELAXED);
}

#endif
