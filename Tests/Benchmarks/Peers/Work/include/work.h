// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef WORK_H
#define WORK_H

#include <stddef.h>
#include <stdint.h>

// What every contender does, in a file of its own so that no compiler sees through it.

#ifdef __cplusplus
extern "C" {
#endif

/// The square root of the square of a number: a task that costs two nanoseconds.
double work_square_root(uint64_t number);

/// Keeps this thread busy for a time that is counted on the thread's own CPU clock.
void work_spin(uint64_t nanoseconds);

/// Seconds on the monotonic clock.
double work_now(void);

/// Fills in heavy-tailed durations in nanoseconds, two seconds in all, the same ones everywhere.
void work_skewed_durations(uint64_t *durations, size_t count);

/// The sum of an array, as fast as memory allows.
double work_sum(const double *values, size_t count);

/// Convolves two random arrays of a size, and returns how far the result's sum is off, relative to what it must be.
double work_convolution_error(size_t size, uint64_t seed);

#ifdef __cplusplus
}
#endif

#endif
