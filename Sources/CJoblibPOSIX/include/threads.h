// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef JOBLIB_THREADS_H
#define JOBLIB_THREADS_H

#include <stddef.h>
#include <stdint.h>

/// Starts a detached thread; `name` is cut to 15 bytes. Returns 0 or an errno value.
int joblib_thread_start(const char *name, void (*body)(void *), void *argument);

/// The kernel's id of the calling thread, gettid(2).
int32_t joblib_thread_id(void);

/// Whether the calling thread is the process's first one, or runs code of an actor of Swift's: closures formed in such a
/// place may insist on being called in it.
int joblib_thread_is_isolated(void);

/// Lets another thread have the processor, sched_yield(2).
void joblib_yield(void);

/// Nanoseconds of CLOCK_MONOTONIC, which a change of the wall clock does not move.
uint64_t joblib_monotonic_nanoseconds(void);

/// Nanoseconds of CLOCK_BOOTTIME, which goes on while the machine sleeps.
uint64_t joblib_boot_nanoseconds(void);

/// Asks for huge pages in the whole pages of a buffer, madvise(2); a refusal is no error.
void joblib_advise_huge_pages(void *start, size_t byte_count);

/// Has the kernel back a range with memory, as if it were written to; returns whether it has. What is there stays, whatever it is.
int joblib_populate_pages(void *start, size_t byte_count);

/// Binds the calling thread to the `position`-th processor (modulo their number) of those it may use; `previous` gets the
/// set it had, `previous_size` its size in bytes. Returns 0 or an errno value.
int joblib_thread_pin(size_t position, void **previous, size_t *previous_size);

/// Keeps the calling thread off one of the processors that it may use, if there are others. Returns 0 or an errno value.
int joblib_thread_keep_off(int processor, void **previous, size_t *previous_size);

/// Lets the calling thread use that processor again, unless its set has been changed since, and frees `previous`.
void joblib_thread_return_to(int processor, void *previous, size_t previous_size);

/// Gives the calling thread back the set that `joblib_thread_pin` returned, and frees it.
void joblib_thread_unpin(void *previous, size_t previous_size);

#endif
