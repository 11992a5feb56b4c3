"""Threads of polars in worker processes: one each, unless the user says otherwise.

Polars starts a thread for each core when it is imported, in every process. `provenance.adapters` calls `limit_threads`
before any of its modules imports polars: the one place for it. In a process that has imported polars before (a script
that does so at its top, spawned anew) it changes nothing; there POLARS_MAX_THREADS is set by whoever starts it.
"""

import multiprocessing
import os
import sys
from collections.abc import MutableMapping

POLARS = "POLARS_MAX_THREADS"
OPENMP = "OMP_NUM_THREADS"
LIBRARIES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "ARROW_NUM_THREADS")


def limit_threads(environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets POLARS_MAX_THREADS where it is not set: to OMP_NUM_THREADS, else to 1 in a process of multiprocessing."""
    n_threads = _read_openmp(environment) or ("1" if _is_worker() else None)
    if n_threads is not None:
        environment.setdefault(POLARS, n_threads)


def one_thread_each(environment: MutableMapping[str, str]) -> None:
    """Sets all limits that are not set, for a process that is to hold one thread."""
    environment.setdefault(POLARS, _read_openmp(environment) or "1")
    for name in (OPENMP, *LIBRARIES):
        environment.setdefault(name, "1")


def _read_openmp(environment: MutableMapping[str, str]) -> str | None:
    """The number of OMP_NUM_THREADS: of a list ("4,2", OpenMP 5.2, section 21.1.2) the first; null for what is none."""
    first = environment.get(OPENMP, "").partition(",")[0].strip()
    return first if first.isdecimal() and int(first) > 0 else None


def _is_worker() -> bool:
    """Whether multiprocessing has started this process, or its twin `multiprocess`, which datasets uses."""
    twin = sys.modules.get("multiprocess")
    return multiprocessing.parent_process() is not None or (twin is not None and twin.parent_process() is not None)
