# Copyright (c) 2026 the swift-joblib authors
# SPDX-License-Identifier: BSD-3-Clause

"""joblib, and the pool of the standard library; `protocol.hpp` says how the talk with the driver goes.

Counts that would take Python many seconds are divided, and the times multiplied; `list` says so.
"""

import concurrent.futures
import math
import multiprocessing
import os
import sys
import time

# One thread for each job: numpy's own would be more than there are jobs.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import joblib
import numpy
from joblib import Parallel, delayed

BACKENDS = ("loky", "multiprocessing", "threading")


def require(condition, what):
    if not condition:
        raise AssertionError(f"a wrong result: {what}")


def timed(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


def no_op(number):
    return number


def square_root(number):
    return math.sqrt(number * number)


def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def array_sum(values):
    return float(values.sum())


def big_result(task, count):
    return numpy.full(count, task + 1.0)


def convolution_error(size, seed):
    random = numpy.random.default_rng(seed)
    first, second = random.random(size), random.random(size)
    return abs(numpy.convolve(first, second).sum() / (first.sum() * second.sum()) - 1)


def inner_loop(_):
    return Parallel(n_jobs=2)(delayed(square_root)(number) for number in range(100))


def skewed_durations(count):
    """The same as `work_skewed_durations`, in seconds."""
    mask, state, shares = (1 << 64) - 1, 42, []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & mask
        mixed = state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        mixed ^= mixed >> 31
        shares.append(min((1 - (mixed >> 11) * 2.0**-53) ** (-1 / 1.3), 150.0))
    return [int(share * 2e9 / sum(shares)) / 1e9 for share in shares] if count else []


class Pool:
    """`multiprocessing.Pool`, with the parts of joblib's calls that are used here."""

    def __init__(self, workers):
        self.pool = multiprocessing.get_context("fork").Pool(workers)

    def call(self, function, arguments):
        return self.pool.starmap(function, arguments, chunksize=1)

    def stream(self, function, arguments):
        return self.pool.imap(function, (argument for argument, in arguments), chunksize=1000)


    def one(self, function, argument):
        return self.pool.apply(function, (argument,))

    def each(self, function, arguments):
        return list(self.pool.imap(function, arguments))


class Executor:
    """`concurrent.futures.ProcessPoolExecutor`."""

    def __init__(self, workers):
        self.executor = concurrent.futures.ProcessPoolExecutor(workers)

    def one(self, function, argument):
        return self.executor.submit(function, argument).result()

    def each(self, function, arguments):
        return list(self.executor.map(function, arguments))


class Joblib:
    def __init__(self, backend, workers, **options):
        self.parallel = Parallel(n_jobs=workers, backend=backend, **options)
        self.make_streaming = lambda: Parallel(n_jobs=workers, backend=backend, return_as="generator")

    def call(self, function, arguments):
        return self.parallel(delayed(function)(*argument) for argument in arguments)

    def one(self, function, argument):
        return self.parallel([delayed(function)(argument)])[0]

    def each(self, function, arguments):
        return self.parallel(delayed(function)(argument) for argument in arguments)

    def stream(self, function, arguments):
        return self.make_streaming()(delayed(function)(*argument) for argument in arguments)


def roots(contender, count):
    def sample():
        seconds, values = timed(lambda: contender.call(square_root, ((number,) for number in range(count))))
        require(values == list(range(count)), "not the roots")
        return seconds / count

    return sample


def roots_in_chunks(contender, count, scale):
    def sample():
        seconds, values = timed(lambda: contender.pool.map(square_root, range(count)))
        require(values == list(range(count)), "not the roots")
        return seconds * scale

    return sample


def two_calls(contender):
    def sample():
        seconds, values = timed(lambda: contender.call(no_op, ((number,) for number in range(2))))
        require(values == [0, 1], "not what was passed")
        return seconds

    return sample


def round_trip(contender):
    contender.one(no_op, 1)

    def sample():
        seconds, value = timed(lambda: contender.one(no_op, 2))
        require(value == 2, "not what was passed")
        return seconds

    return sample


def one_at_a_time(contender, count):
    def sample():
        seconds, values = timed(lambda: contender.each(square_root, range(count)))
        require(values == list(range(count)), "not the roots")
        return seconds / count

    return sample


def after_idling(sample):
    def idling_sample():
        times = []
        for _ in range(5):
            time.sleep(0.02)
            times.append(sample())
        return sorted(times)[2]

    return idling_sample


def sums(contender, count):
    values = numpy.arange(count) % 8.0

    def sample():
        seconds, results = timed(lambda: contender.call(array_sum, ((values,) for _ in range(8))))
        require(results == [count * 3.5] * 8, "not the sum")
        return seconds

    return sample


def results(contender, count):
    def sample():
        seconds, arrays = timed(lambda: contender.call(big_result, ((task, count) for task in range(8))))
        require(all(array[-1] == task + 1 for task, array in enumerate(arrays)), "not the array")
        return seconds

    return sample


def skewed(contender, count):
    durations = skewed_durations(count)
    return lambda: timed(lambda: contender.call(spin, ((duration,) for duration in durations)))[0]


def convolutions(contender, count):
    def sample():
        seconds, errors = timed(lambda: contender.call(convolution_error, ((count, seed) for seed in range(8))))
        require(max(errors) < 1e-9, "not the convolution")
        return seconds

    return sample


def nested(contender):
    def sample():
        seconds, rows = timed(lambda: contender.call(inner_loop, ((outer,) for outer in range(20))))
        require(rows == [list(range(100))] * 20, "not the roots")
        return seconds

    return sample


def stream(contender, count, units):
    def consume(count):
        return sum(contender.stream(square_root, ((number,) for number in range(count))))

    consume(count // 100)

    def sample():
        seconds, total = timed(lambda: consume(count))
        require(total == count * (count - 1) / 2, "not the sum of the roots")
        return seconds * (units / count)

    return sample


# What a contender cannot do or takes too long for is not in its list: threads that hold the interpreter's lock spin and
# stream for ever, and `multiprocessing` has no generators.
WORKS = {
    "w1-new": (("mp.Pool",), 10, lambda make, count: roots_in_chunks(make(), count, 10)),
    "w1-list": (BACKENDS, 100, lambda make, count: roots(make(pre_dispatch="all"), count)),
    "w1-lazy-all": (("loky",), 100, lambda make, count: roots(make(pre_dispatch="all"), count)),
    "w1-lazy": (("loky", "threading"), 100, lambda make, count: roots(make(), count)),
    "w2-hot": ((*BACKENDS, "mp.Pool"), 1, lambda make, count: two_calls(make())),
    "w2-idle": (BACKENDS, 1, lambda make, count: after_idling(two_calls(make()))),
    "w2-trip": (("mp.Pool", "ppe"), 1, lambda make, count: round_trip(make())),
    "w2-trip-idle": (("mp.Pool", "ppe"), 1, lambda make, count: after_idling(round_trip(make()))),
    "w2-each": (("mp.Pool", "ppe", "loky"), 10, lambda make, count: one_at_a_time(make(batch_size=1), count)),
    "w3": ((*BACKENDS, "mp.Pool"), 1, lambda make, count: lambda: timed(lambda: two_calls(make())())[0]),
    "w4": (("loky", "threading"), 1, lambda make, count: sums(make(), count)),
    "w5": ((*BACKENDS, "mp.Pool"), 1, lambda make, count: results(make(), count)),
    "w6": (("loky",), 1, lambda make, count: skewed(make(), count)),
    "w7": (("loky", "threading", "mp.Pool"), 1, lambda make, count: convolutions(make(), count)),
    "w8": (("loky",), 1, lambda make, count: nested(make())),
    "w9": (("loky", "mp.Pool"), 10, lambda make, count: stream(make(), count // 10, count)),
}


def name(backend):
    return {"mp.Pool": "mp.Pool", "ppe": "ProcessPoolExecutor"}.get(backend, f"joblib {backend}")


def serve(sample):
    print("ready", flush=True)
    for _ in sys.stdin:
        try:
            print(f"{sample():.12f}", flush=True)
        except Exception as error:
            print("error", *str(error).split("\n")[:1], flush=True)


def main():
    if sys.argv[1:] == ["version"]:
        print(f"joblib {joblib.__version__}, numpy {numpy.__version__}, Python {sys.version.split()[0]}")
        return
    if sys.argv[1:] == ["list"]:
        for work, (backends, divisor, _) in WORKS.items():
            note = f"1/{divisor} of the tasks" if divisor > 1 else ""
            for backend in backends:
                print(work, name(backend), note, sep="\t")
        return
    work, contender, workers, count = sys.argv[1:]
    backends, divisor, prepare = WORKS[work]
    backend = next(backend for backend in backends if name(backend) == contender)

    def make(**options):
        if backend == "ppe":
            return Executor(int(workers))
        return Pool(int(workers)) if backend == "mp.Pool" else Joblib(backend, int(workers), **options)

    # The streams divide by themselves, since they are not timed by the element.
    serve(prepare(make, int(count) // (1 if work == "w9" else divisor)))


if __name__ == "__main__":
    main()
