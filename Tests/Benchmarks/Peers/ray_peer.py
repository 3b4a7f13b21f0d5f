# Copyright (c) 2026 the swift-joblib authors
# SPDX-License-Identifier: BSD-3-Clause

"""Ray on this machine."""

import os

# It counts its users otherwise.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import ray

from cluster_works import echoes, roots, run


class Ray:
    def __init__(self, workers):
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level="ERROR")

    def each(self, function, arguments):
        remote = ray.remote(function)
        return ray.get([remote.remote(argument) for argument in arguments])

    def arrays(self, function, arrays):
        return self.each(function, [ray.put(array) for array in arrays])


WORKS = {
    "tcp-each": {"Ray": (100, lambda workers, count: roots(Ray(workers), count, 1))},
    "tcp-large": {"Ray": (1, lambda workers, count: echoes(Ray(workers), count))},
}

if __name__ == "__main__":
    run(WORKS, f"ray {ray.__version__}")
