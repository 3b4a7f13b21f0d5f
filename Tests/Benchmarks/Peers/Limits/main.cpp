// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// What this machine allows at best, measured like a contender. What two workers could halve is done by one, and halved.

#include <atomic>
#include <climits>
#include <linux/futex.h>
#include <memory>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <thread>

#include "echo.hpp"
#include "protocol.hpp"

using namespace protocol;

namespace {

void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu % std::thread::hardware_concurrency(), &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/// Runs a body on two threads, each on a CPU of its own, and times it without the making of the threads.
template <typename Body> double on_two_cpus(Body body) {
    std::atomic<int> waiting{2};
    auto arrive = [&] {
        waiting.fetch_sub(1);
        while (waiting.load() > 0) {}
    };
    double seconds = 0;
    std::thread first([&] {
        pin(0);
        arrive();
        body(0);
    });
    std::thread second([&] {
        pin(1);
        arrive();
        double start = work_now();
        body(1);
        first.join();
        seconds = work_now() - start;
    });
    second.join();
    return seconds;
}

void fill(double *values, long count) {
    for (long index = 0; index < count; index++) values[index] = work_square_root(index);
}

Sample sequential_roots(Setup setup) {
    auto roots = std::make_shared<Roots>(setup.count);
    return [=] { return timed([&] { fill(roots->values.data(), setup.count); }) / 2; };
}

/// Fresh memory in huge pages.
struct HugePages {
    size_t size;
    char *bytes;

    explicit HugePages(size_t wanted) : size((wanted + (2 << 20)) & ~size_t((2 << 20) - 1)) {
        bytes = (char *)mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        require(bytes != MAP_FAILED, "no memory");
        madvise(bytes, size, MADV_HUGEPAGE);
    }
    ~HugePages() { munmap(bytes, size); }

    double touch() {
        return on_two_cpus([&](int half) {
            for (size_t byte = half * (size / 2); byte < (half + 1) * (size / 2); byte += 4096) bytes[byte] = 1;
        });
    }
};

/// The roots, and the first touch of the memory that they go to.
Sample roots_in_new_memory(Setup setup) {
    auto sequential = sequential_roots(setup);
    return [=] { return sequential() + HugePages(setup.count * sizeof(double)).touch(); };
}

/// Two threads that count on the same counter: what claiming tasks one by one comes down to.
Sample contended_counter(Setup setup) {
    return [=] {
        std::atomic<long> counter{0};
        return on_two_cpus([&](int) {
            while (counter.fetch_add(1) < setup.count) {}
        }) / setup.count;
    };
}

struct Task {
    double (*function)(uint64_t);
    uint64_t argument;
};

/// Calls of closures that are there already.
Sample indirect_calls(Setup setup) {
    auto tasks = std::make_shared<std::vector<std::unique_ptr<Task>>>();
    for (long index = 0; index < setup.count; index++) tasks->emplace_back(new Task{work_square_root, (uint64_t)index});
    auto results = std::make_shared<std::vector<double>>(setup.count);
    return [=] {
        return timed([&] {
            for (long index = 0; index < setup.count; index++) {
                Task &task = *(*tasks)[index];
                (*results)[index] = task.function(task.argument);
            }
        }) / 2 / setup.count;
    };
}

/// Calls of closures that are made for it and thrown away.
Sample short_lived_closures(Setup setup, double units) {
    auto results = std::make_shared<std::vector<double>>(setup.count);
    return [=] {
        return timed([&] {
            for (long index = 0; index < setup.count; index++) {
                // Volatile, or the compiler would make none.
                Task *volatile task = new Task{work_square_root, (uint64_t)index};
                (*results)[index] = task->function(task->argument);
                delete task;
            }
        }) / 2 / units;
    };
}

/// There and back between two CPUs that watch memory.
Sample ping_pong(Setup) {
    return [] {
        constexpr int rounds = 20000;
        alignas(128) std::atomic<int> ping{0};
        alignas(128) std::atomic<int> pong{0};
        return on_two_cpus([&](int side) {
            for (int round = 1; round <= rounds; round++) {
                if (side == 0) ping.store(round);
                while ((side ? ping : pong).load() < round) {}
                if (side == 1) pong.store(round);
            }
        }) / rounds;
    };
}

void futex(std::atomic<int> &word, int operation, int value) {
    syscall(SYS_futex, (int *)&word, operation | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
}

/// What it costs to wake a thread that sleeps, for the one that wakes it and does not wait.
Sample wake(Setup) {
    auto word = std::make_shared<std::atomic<int>>(0);
    std::thread([word] {
        for (;;) futex(*word, FUTEX_WAIT, 0);
    }).detach();
    return [=] { return after_idling([&] { futex(*word, FUTEX_WAKE, INT_MAX); }); };
}

Sample one_thread(Setup) {
    return [] {
        std::thread thread;
        double seconds = timed([&] { thread = std::thread([] {}); });
        thread.join();
        return seconds;
    };
}

Sample sums(Setup setup) {
    auto summands = std::make_shared<Summands>(setup.count);
    return [=] {
        double sums[8];
        double seconds = on_two_cpus([&](int half) {
            for (int task = half * 4; task < half * 4 + 4; task++) sums[task] = summands->sum();
        });
        summands->check(sums);
        return seconds;
    };
}

Sample results(Setup setup) {
    return [=] {
        HugePages memory(8 * setup.count * sizeof(double));
        return on_two_cpus([&](int half) {
            double *values = (double *)memory.bytes + half * 4 * setup.count;
            std::fill_n(values, 4 * setup.count, 1.0);
        });
    };
}

Sample ideal_of_skewed(Setup setup) {
    double sum = 0;
    for (uint64_t duration : skewed_durations(setup.count)) sum += duration * 1e-9;
    return [=] { return sum / setup.workers; };
}

Sample nested(Setup setup) {
    return [=] {
        double values[20][100];
        return timed([&] {
            for (long repetition = 0; repetition < setup.count; repetition++) {
                for (auto &row : values) fill(row, 100);
            }
        }) / 2 / setup.count;
    };
}

/// Eight arrays, there and back over plain connections.
Sample plain_echo(Setup setup) {
    auto echo = std::make_shared<PlainEcho>(setup.workers);
    size_t byte_count = 8 / setup.workers * setup.count * sizeof(double);
    return [=] { return timed([&] { echo->exchange(byte_count); }); };
}

/// Tasks that sleep for 10 ms each, on a hundred workers.
Sample ideal_of_sleepers(Setup setup) {
    return [=] { return setup.count * 0.01 / 100; };
}

} // namespace

int main(int count, char **arguments) {
    const char *name = "limit";
    return serve(
        count, arguments, __VERSION__,
        {
            {"w1-existing", name, sequential_roots},
            {"w1-new", name, roots_in_new_memory},
            {"w1-grain", name, contended_counter},
            {"w1-list", name, indirect_calls},
            {"w1-lazy-all", name, [](Setup setup) { return short_lived_closures(setup, setup.count); }},
            {"w1-lazy", name, [](Setup setup) { return short_lived_closures(setup, setup.count); }},
            {"w2-hot", name, ping_pong},
            {"w2-idle", name, wake},
            {"w3", name, one_thread},
            {"w4", name, sums},
            {"w5", name, results},
            {"w6", name, ideal_of_skewed},
            {"w8", name, nested},
            {"w9", name, [](Setup setup) { return short_lived_closures(setup, 1); }},
            {"tcp-large", name, plain_echo},
            {"tcp-sleep", name, ideal_of_sleepers},
        }
    );
}
