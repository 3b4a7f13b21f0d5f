// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double work_square_root(uint64_t number) { return sqrt((double)(number * number)); }

static uint64_t nanoseconds_on(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void work_spin(uint64_t nanoseconds) {
    uint64_t end = nanoseconds_on(CLOCK_THREAD_CPUTIME_ID) + nanoseconds;
    while (nanoseconds_on(CLOCK_THREAD_CPUTIME_ID) < end) {}
}

double work_now(void) { return (double)nanoseconds_on(CLOCK_MONOTONIC) * 1e-9; }

static uint64_t split_mix(uint64_t *state) {
    uint64_t mixed = *state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

static double unit_interval(uint64_t *state) { return (double)(split_mix(state) >> 11) * 0x1p-53; }

void work_skewed_durations(uint64_t *durations, size_t count) {
    uint64_t state = 42;
    double sum = 0;
    double *shares = malloc(count * sizeof *shares);
    for (size_t index = 0; index < count; index++) {
        shares[index] = fmin(pow(1 - unit_interval(&state), -1 / 1.3), 150);
        sum += shares[index];
    }
    for (size_t index = 0; index < count; index++) durations[index] = (uint64_t)(shares[index] * 2e9 / sum);
    free(shares);
}

typedef double lanes __attribute__((vector_size(64), aligned(8), may_alias));

enum { width = 8, accumulators = 8, block = width * accumulators };

double work_sum(const double *values, size_t count) {
    lanes sums[accumulators] = {0};
    size_t index = 0;
    for (; index + block <= count; index += block)
        for (size_t part = 0; part < accumulators; part++) sums[part] += *(const lanes *)(values + index + part * width);
    double sum = 0;
    for (; index < count; index++) sum += values[index];
    for (size_t part = 0; part < accumulators; part++)
        for (size_t lane = 0; lane < width; lane++) sum += sums[part][lane];
    return sum;
}

// Outputs stay in registers, a block at a time; zeros on both sides of the second array spare the loop its edges.
static double sum_of_convolution(const double *first, const double *padded_second, size_t size) {
    double sum = 0;
    for (size_t start = 0; start < 2 * size - 1; start += block) {
        lanes outputs[accumulators] = {0};
        size_t lower = start < size ? 0 : start - size + 1;
        size_t upper = start + block < size ? start + block : size;
        for (size_t index = lower; index < upper; index++) {
            const double *second = padded_second + block + start - index;
            for (size_t part = 0; part < accumulators; part++)
                outputs[part] += first[index] * *(const lanes *)(second + part * width);
        }
        for (size_t part = 0; part < accumulators; part++)
            for (size_t lane = 0; lane < width; lane++) sum += outputs[part][lane];
    }
    return sum;
}

double work_convolution_error(size_t size, uint64_t seed) {
    double *first = malloc(size * sizeof *first);
    double *second = calloc(size + 2 * block, sizeof *second);
    double first_sum = 0, second_sum = 0;
    for (size_t index = 0; index < size; index++) {
        first_sum += first[index] = unit_interval(&seed);
        second_sum += second[block + index] = unit_interval(&seed);
    }
    // The sum of a convolution is the product of the sums.
    double expected = first_sum * second_sum;
    double error = fabs(sum_of_convolution(first, second, size) / expected - 1);
    free(first);
    free(second);
    return error;
}
