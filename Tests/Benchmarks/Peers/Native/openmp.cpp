// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include <atomic>
#include <memory>
#include <omp.h>

#include "protocol.hpp"

using namespace protocol;

namespace {

std::atomic<long> calls;

void use(Setup setup) {
    omp_set_num_threads(setup.workers);
    omp_set_max_active_levels(2);
}

/// Fills an array that is there already.
template <typename Fill> Sample fill_roots(Setup setup, double units, Fill fill) {
    use(setup);
    auto roots = std::make_shared<Roots>(setup.count);
    return [=] {
        roots->spoil();
        double seconds = timed([&] { fill(roots->values.data(), setup.count); });
        Roots::check(roots->values.data(), setup.count);
        return seconds / units;
    };
}

void fill_guided(double *values, long count) {
#pragma omp parallel for schedule(guided)
    for (long index = 0; index < count; index++) values[index] = work_square_root(index);
}

void fill_statically(double *values, long count) {
#pragma omp parallel for schedule(static)
    for (long index = 0; index < count; index++) values[index] = work_square_root(index);
}

void fill_one_by_one(double *values, long count) {
#pragma omp parallel for schedule(dynamic, 1)
    for (long index = 0; index < count; index++) values[index] = work_square_root(index);
}

void fill_by_tasks(double *values, long count) {
#pragma omp parallel
#pragma omp single
    for (long index = 0; index < count; index++) {
#pragma omp task firstprivate(index)
        values[index] = work_square_root(index);
    }
}

void call_two() {
#pragma omp parallel for schedule(static)
    for (int task = 0; task < 2; task++) calls.fetch_add(1, std::memory_order_relaxed);
}

Sample new_array(Setup setup) {
    use(setup);
    return [=] {
        std::unique_ptr<double[]> values;
        double seconds = timed([&] {
            values.reset(new double[setup.count]);
            fill_statically(values.get(), setup.count);
        });
        Roots::check(values.get(), setup.count);
        return seconds;
    };
}

Sample spin(Setup setup) {
    use(setup);
    auto durations = skewed_durations(setup.count);
    return [=] {
        return timed([&] {
#pragma omp parallel for schedule(guided)
            for (size_t index = 0; index < durations.size(); index++) work_spin(durations[index]);
        });
    };
}

Sample sums(Setup setup) {
    use(setup);
    auto summands = std::make_shared<Summands>(setup.count);
    return [=] {
        double sums[8];
        double seconds = timed([&] {
#pragma omp parallel for schedule(dynamic, 1)
            for (int task = 0; task < 8; task++) sums[task] = summands->sum();
        });
        summands->check(sums);
        return seconds;
    };
}

Sample results(Setup setup) {
    use(setup);
    return [=] {
        std::unique_ptr<double[]> results[8];
        double seconds = timed([&] {
#pragma omp parallel for schedule(dynamic, 1)
            for (int task = 0; task < 8; task++) {
                results[task].reset(new double[setup.count]);
                std::fill_n(results[task].get(), setup.count, task + 1.0);
            }
        });
        for (int task = 0; task < 8; task++) require(results[task][setup.count - 1] == task + 1, "not the array");
        return seconds;
    };
}

Sample convolutions(Setup setup) {
    use(setup);
    return [=] {
        double errors[8];
        double seconds = timed([&] {
#pragma omp parallel for schedule(dynamic, 1)
            for (int task = 0; task < 8; task++) errors[task] = work_convolution_error(setup.count, task);
        });
        for (double error : errors) require(error < 1e-9, "not the convolution");
        return seconds;
    };
}

Sample nested(Setup setup) {
    use(setup);
    return [=] {
        double values[20][100];
        double seconds = timed([&] {
            for (long repetition = 0; repetition < setup.count; repetition++) {
#pragma omp parallel for schedule(dynamic, 1)
                for (int outer = 0; outer < 20; outer++) {
                    fill_statically(values[outer], 100);
                }
            }
        });
        for (auto &row : values) Roots::check(row, 100);
        return seconds / setup.count;
    };
}

} // namespace

int main(int count, char **arguments) {
    return serve(
        count, arguments, "libgomp of g++ " __VERSION__,
        {
            {"w1-existing", "OpenMP guided", [](Setup setup) { return fill_roots(setup, 1, fill_guided); }},
            {"w1-existing", "OpenMP static", [](Setup setup) { return fill_roots(setup, 1, fill_statically); }},
            {"w1-new", "OpenMP static", new_array},
            {"w1-grain", "OpenMP dynamic", [](Setup setup) { return fill_roots(setup, setup.count, fill_one_by_one); }},
            {"w1-list", "OpenMP task", [](Setup setup) { return fill_roots(setup, setup.count, fill_by_tasks); }},
            {"w1-lazy-all", "OpenMP task", [](Setup setup) { return fill_roots(setup, setup.count, fill_by_tasks); }},
            {"w1-lazy", "OpenMP task", [](Setup setup) { return fill_roots(setup, setup.count, fill_by_tasks); }},
            {"w2-hot", "OpenMP",
             [](Setup setup) -> Sample {
                 use(setup);
                 return [=] {
                     return timed([&] { for (long call = 0; call < setup.count; call++) call_two(); }) / setup.count;
                 };
             }},
            {"w2-idle", "OpenMP",
             [](Setup setup) -> Sample {
                 use(setup);
                 return [] { return after_idling(call_two); };
             }},
            {"w3", "OpenMP",
             [](Setup setup) -> Sample {
                 use(setup);
                 return [] { return timed(call_two); };
             }},
            {"w4", "OpenMP dynamic", sums},
            {"w5", "OpenMP dynamic", results},
            {"w6", "OpenMP guided", spin},
            {"w7", "OpenMP dynamic", convolutions},
            {"w8", "OpenMP nested", nested},
        }
    );
}
