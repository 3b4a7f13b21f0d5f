# Copyright (c) 2026 the swift-joblib authors
# SPDX-License-Identifier: BSD-3-Clause

"""Dask on this machine, with workers of one thread each, and joblib on it."""

import dask.distributed
import joblib

from cluster_works import echoes, roots, run
from joblib_peer import Joblib


class Dask:
    """A client, which keeps its cluster."""

    def __init__(self, workers):
        cluster = dask.distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            protocol="tcp://",
            dashboard_address=None,
        )
        self.client = dask.distributed.Client(cluster)

    # Not pure, or a task that has run before would not run again.
    def each(self, function, arguments):
        return self.client.gather(self.client.map(function, arguments, pure=False))

    def arrays(self, function, arrays):
        return self.each(function, self.client.scatter(arrays, hash=False))


class JoblibOnDask(Joblib):
    def __init__(self, workers, **options):
        self.cluster = Dask(workers)
        # It knows the name once a configuration has asked for it.
        joblib.parallel_config(backend="dask")
        super().__init__(None, workers, **options)


WORKS = {
    "tcp-each": {
        "Dask": (100, lambda workers, count: roots(Dask(workers), count, 1)),
        "joblib dask": (10, lambda workers, count: roots(JoblibOnDask(workers, pre_dispatch="all"), count, 1)),
    },
    "tcp-list": {"joblib dask": (10, lambda workers, count: roots(JoblibOnDask(workers), count, count * 10))},
    "tcp-large": {"Dask": (1, lambda workers, count: echoes(Dask(workers), count))},
}

if __name__ == "__main__":
    run(WORKS, f"dask {dask.__version__}")
