// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef PROTOCOL_HPP
#define PROTOCOL_HPP

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include "work.h"

// How a program of contenders talks to the driver:
//
//     program version                         prints what it was made with
//     program list                            prints "WORK<tab>CONTENDER<tab>NOTE" for each thing that it can do, and
//                                             "cannot: WHY" as the note of what it cannot
//     program WORK CONTENDER WORKERS COUNT    prepares, says "ready", and answers each line with a sample's seconds,
//                                             or with "error WHY"
namespace protocol {

struct Setup {
    int workers;
    long count;
};

/// Takes one sample: the seconds of one unit of work.
using Sample = std::function<double()>;

struct Contender {
    const char *work;
    const char *name;
    std::function<Sample(Setup)> prepare;
};

inline void require(bool condition, const char *what) {
    if (!condition) throw std::runtime_error(std::string("a wrong result: ") + what);
}

template <typename Body> double timed(Body &&body) {
    double start = work_now();
    body();
    return work_now() - start;
}

/// The median of a few calls, each after the runtime's threads had 20 ms to fall asleep.
template <typename Body> double after_idling(Body &&body) {
    std::vector<double> times;
    for (int repetition = 0; repetition < 5; repetition++) {
        usleep(20000);
        times.push_back(timed(body));
    }
    std::nth_element(times.begin(), times.begin() + 2, times.end());
    return times[2];
}

/// An array that the contenders fill with roots; what a sample left out is found.
struct Roots {
    std::vector<double> values;

    explicit Roots(long count) : values(count) {}

    void spoil() {
        for (size_t index = 0; index < values.size(); index += 97) values[index] = -1;
    }

    static void check(const double *values, size_t count) {
        for (size_t index = 0; index < count; index++) require(values[index] == (double)index, "not the root");
    }
};

/// The array that eight tasks sum: 256 MB of small integers, whose sum is exact in any order.
struct Summands {
    std::vector<double> values;

    explicit Summands(long count) : values(count) {
        for (long index = 0; index < count; index++) values[index] = index % 8;
    }

    double sum() const { return work_sum(values.data(), values.size()); }

    void check(const double (&sums)[8]) const {
        for (double sum : sums) require(sum == values.size() * 3.5, "not the sum");
    }
};

inline std::vector<uint64_t> skewed_durations(long count) {
    std::vector<uint64_t> durations(count);
    work_skewed_durations(durations.data(), durations.size());
    return durations;
}

inline int serve(int count, char **arguments, const char *version, const std::vector<Contender> &contenders) {
    if (count == 2 && !strcmp(arguments[1], "version")) return puts(version), 0;
    if (count == 2 && !strcmp(arguments[1], "list")) {
        for (auto &contender : contenders) printf("%s\t%s\n", contender.work, contender.name);
        return 0;
    }
    if (count != 5) return fprintf(stderr, "usage: version | list | WORK CONTENDER WORKERS COUNT\n"), 2;
    for (auto &contender : contenders) {
        if (strcmp(contender.work, arguments[1]) || strcmp(contender.name, arguments[2])) continue;
        Sample sample = contender.prepare({atoi(arguments[3]), atol(arguments[4])});
        printf("ready\n");
        fflush(stdout);
        char line[64];
        while (fgets(line, sizeof line, stdin)) {
            try {
                printf("%.12f\n", sample());
            } catch (const std::exception &error) {
                printf("error %s\n", error.what());
            }
            fflush(stdout);
        }
        return 0;
    }
    return fprintf(stderr, "no such contender\n"), 2;
}

} // namespace protocol

#endif
