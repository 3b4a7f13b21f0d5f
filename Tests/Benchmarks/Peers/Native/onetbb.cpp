// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include <atomic>
#include <memory>
#include <tbb/global_control.h>
#include <tbb/tbb.h>

#include "protocol.hpp"

using namespace protocol;

namespace {

std::atomic<long> calls;

void use(Setup setup) {
    static std::unique_ptr<tbb::global_control> limit;
    limit.reset(new tbb::global_control(tbb::global_control::max_allowed_parallelism, setup.workers));
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

void fill(double *values, long count) {
    tbb::parallel_for(0L, count, [=](long index) { values[index] = work_square_root(index); });
}

void fill_one_by_one(double *values, long count) {
    tbb::parallel_for(
        tbb::blocked_range<long>(0, count, 1),
        [=](const tbb::blocked_range<long> &range) {
            for (long index = range.begin(); index < range.end(); index++) values[index] = work_square_root(index);
        },
        tbb::simple_partitioner()
    );
}

void fill_by_tasks(double *values, long count) {
    tbb::task_group group;
    for (long index = 0; index < count; index++) group.run([=] { values[index] = work_square_root(index); });
    group.wait();
}

void call_two() {
    tbb::parallel_for(0, 2, [](int) { calls.fetch_add(1, std::memory_order_relaxed); }, tbb::static_partitioner());
}

Sample new_array(Setup setup) {
    use(setup);
    return [=] {
        std::unique_ptr<double[]> values;
        double seconds = timed([&] {
            values.reset(new double[setup.count]);
            fill(values.get(), setup.count);
        });
        Roots::check(values.get(), setup.count);
        return seconds;
    };
}

Sample spin(Setup setup) {
    use(setup);
    auto durations = skewed_durations(setup.count);
    return [=] {
        return timed([&] { tbb::parallel_for(0L, setup.count, [&](long index) { work_spin(durations[index]); }); });
    };
}

Sample sums(Setup setup) {
    use(setup);
    auto summands = std::make_shared<Summands>(setup.count);
    return [=] {
        double sums[8];
        double seconds = timed([&] { tbb::parallel_for(0, 8, [&](int task) { sums[task] = summands->sum(); }); });
        summands->check(sums);
        return seconds;
    };
}

Sample results(Setup setup) {
    use(setup);
    return [=] {
        std::unique_ptr<double[]> results[8];
        double seconds = timed([&] {
            tbb::parallel_for(0, 8, [&](int task) {
                results[task].reset(new double[setup.count]);
                std::fill_n(results[task].get(), setup.count, task + 1.0);
            });
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
            tbb::parallel_for(0, 8, [&](int task) { errors[task] = work_convolution_error(setup.count, task); });
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
                tbb::parallel_for(0, 20, [&](int outer) { fill(values[outer], 100); });
            }
        });
        for (auto &row : values) Roots::check(row, 100);
        return seconds / setup.count;
    };
}

} // namespace

int main(int count, char **arguments) {
    return serve(
        count, arguments, "oneTBB " TBB_VERSION_STRING,
        {
            {"w1-existing", "TBB", [](Setup setup) { return fill_roots(setup, 1, fill); }},
            {"w1-new", "TBB", new_array},
            {"w1-grain", "TBB", [](Setup setup) { return fill_roots(setup, setup.count, fill_one_by_one); }},
            {"w1-list", "TBB task_group", [](Setup setup) { return fill_roots(setup, setup.count, fill_by_tasks); }},
            {"w1-lazy-all", "TBB task_group", [](Setup setup) { return fill_roots(setup, setup.count, fill_by_tasks); }},
            {"w2-hot", "TBB",
             [](Setup setup) -> Sample {
                 use(setup);
                 return [=] {
                     return timed([&] { for (long call = 0; call < setup.count; call++) call_two(); }) / setup.count;
                 };
             }},
            {"w2-idle", "TBB",
             [](Setup setup) -> Sample {
                 use(setup);
                 return [] { return after_idling(call_two); };
             }},
            {"w3", "TBB",
             [](Setup setup) -> Sample {
                 use(setup);
                 return [] { return timed(call_two); };
             }},
            {"w4", "TBB", sums},
            {"w5", "TBB", results},
            {"w6", "TBB", spin},
            {"w7", "TBB", convolutions},
            {"w8", "TBB", nested},
        }
    );
}
