// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef C_JOBLIB_INTERRUPT_H
#define C_JOBLIB_INTERRUPT_H

#include <stdint.h>

/// What a holder of the SIGINT handler needs to know its own interrupts from earlier ones.
struct joblib_interrupt_hold {
    /// Whether there is a handler to release; not if the process ignores SIGINT, which is left so.
    _Bool active;
    /// The number of SIGINTs before the first holder of this scope.
    uint32_t base;
};

/// Takes part in handling SIGINT: the first holder installs the handler.
struct joblib_interrupt_hold joblib_interrupt_acquire(void);

/// Gives up one part; the last holder restores the disposition before ours, unless somebody has replaced ours meanwhile.
///
/// On return no handler is running that could still count a SIGINT for this holder.
void joblib_interrupt_release(void);

/// The number of SIGINTs that were handled, modulo 2^32.
uint32_t joblib_interrupt_count(void);

/// A number that changes with each SIGINT and each `joblib_interrupt_wake`.
uint32_t joblib_interrupt_epoch(void);

/// Blocks while the epoch is still the given one; may return early.
void joblib_interrupt_wait(uint32_t epoch);

/// Changes the epoch and wakes everyone who waits.
void joblib_interrupt_wake(void);

/// Names the calling thread for debuggers.
void joblib_interrupt_name_thread(void);

#endif
