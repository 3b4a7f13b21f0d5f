# Copyright (c) 2026 the swift-joblib authors
# SPDX-License-Identifier: BSD-3-Clause

"""What peers do whose workers may be on other hosts; `protocol.hpp` says how the talk with the driver goes."""

import sys

import numpy

from joblib_peer import require, serve, square_root, timed


def echo(values):
    return values


def roots(contender, count, units):
    """The seconds of so many units, of as many as there are roots."""

    def sample():
        seconds, values = timed(lambda: contender.each(square_root, range(count)))
        require(values == list(range(count)), "not the roots")
        return seconds * (units / count)

    return sample


def echoes(contender, count):
    arrays = [numpy.arange(count) + float(task) for task in range(8)]

    def sample():
        seconds, results = timed(lambda: contender.arrays(echo, arrays))
        require(all((one == other).all() for one, other in zip(arrays, results, strict=True)), "not the array")
        return seconds

    return sample


def run(works, version):
    """Serves a dictionary, by work: by contender, of how many tasks it does one, and what takes a sample."""
    if sys.argv[1:] == ["version"]:
        print(version)
        return
    if sys.argv[1:] == ["list"]:
        for work, contenders in works.items():
            for name, (divisor, _) in contenders.items():
                print(work, name, f"1/{divisor} of the tasks" if divisor > 1 else "", sep="\t")
        return
    work, contender, workers, count = sys.argv[1:]
    divisor, prepare = works[work][contender]
    serve(prepare(int(workers), int(count) // divisor))
