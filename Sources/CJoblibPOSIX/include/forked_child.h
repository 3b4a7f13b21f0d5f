// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_FORKED_CHILD_H
#define JOBLIB_FORKED_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define JOBLIB_CHILD_FRAMES 64

/// What a forked child leaves for its parent, in memory that both map.
struct joblib_child_record {
    /// The kernel's id of the thread that runs the body; 0 before it does.
    int32_t thread;
    /// Where the program's code is in its memory.
    uintptr_t program_start;
    /// Where the stack of that thread ends.
    uintptr_t stack_end;
    /// The first signal that was about to end the child; 0 if none was caught.
    int32_t signal;
    /// The address whose use caused it.
    uint64_t fault_address;
    /// Whether the child called exit(3), and with what.
    int32_t has_exited;
    int32_t exit_status;
    /// Whether the body has returned.
    int32_t is_done;
    /// Whether the stack is there that was asked for; a word that the asker may wait for.
    uint32_t has_stack;
    /// What marks in its output bear, chosen by its parent: see output_mark.h, as for all of these.
    uint64_t output_nonce;
    /// Before how many tasks its parent would have it write a mark.
    int32_t wanted_marks;
    /// Whether it has written one.
    int32_t has_marked;
    /// The index of the task that it is at, or of the first of several, and of how many; 0 of them between tasks.
    int64_t output_task;
    int64_t output_task_count;
    /// How many frames of the stack stand below: at the fault, or when the parent asked for them.
    int32_t frame_count;
    uintptr_t frames[JOBLIB_CHILD_FRAMES];
};

/// What the child does with descriptors.
struct joblib_child_files {
    /// Become its standard output and standard error.
    int output;
    int error;
    /// Are closed: what belongs to the parent's dealings with this child and others.
    const int *closed;
    size_t closed_count;
};

/// Forks a child that runs a body on a thread of its own and leaves by _exit(2); it never returns there.
///
/// The child dies with the thread that forked it.
///
/// @return the child's id, or an error number, negated
pid_t joblib_fork_child(
    struct joblib_child_record *record, const struct joblib_child_files *files, void (*body)(void *), void *argument);

/// A pipe of which the parent reads without waiting, of a megabyte if it is to be large; 0, or an error number.
int joblib_child_pipe(int is_large, int *reading, int *writing);

/// A descriptor that is readable from a call of `joblib_wake` to one of `joblib_wake_clear`; -1 with errno set.
int joblib_wake_descriptor(void);

/// Moves a descriptor away from the standard streams, of which a program may have closed some; -1 with errno set.
int joblib_above_standard_streams(int descriptor);

void joblib_wake(int descriptor);

void joblib_wake_clear(int descriptor);

/// Has the child write the stack of its thread into the record, and do nothing any more; 0, or an error number.
int joblib_child_request_stack(pid_t pid, const struct joblib_child_record *record);

/// Copies memory of a child, process_vm_readv(2); 0, or an error number.
int joblib_child_read(pid_t pid, uintptr_t address, void *buffer, size_t byte_count);

/// How many forks lie between the first process of the program and this one.
int joblib_fork_depth(void);

/// Whether this process is a copy that the program's own fork(2) has made, which runs on the very thread that has forked.
int joblib_is_foreign_copy(void);

/// A word that two processes share is read, and written, as one.
static inline int64_t joblib_shared_load(const int64_t *word) {
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void joblib_shared_store(int64_t *word, int64_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/// Replaces a value that both processes may replace; whether it was the expected one.
static inline int joblib_shared_compare_exchange(int64_t *word, int64_t expected, int64_t desired) {
    return __atomic_compare_exchange_n(word, &expected, desired, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/// Maps memory that the children to be forked share; NULL with errno set where there is none.
void *joblib_map_shared(size_t byte_count);

/// Writes what the standard output's buffer holds.
void joblib_flush_output(void);

#endif
