"""Which crew works on a run: processes of this machine, or a Ray cluster."""

import os
from contextlib import AbstractContextManager

from provenance.run.crew import Crew
from provenance.run.local import ATTEMPTS, LocalCrew
from provenance.run.options import Engine, EngineOptions


def check_engine(options: EngineOptions) -> None:
    """Raises ConfigError where Ray is asked for and missing, or does not answer; starts nothing."""
    if options.engine is Engine.RAY:
        from provenance.run.ray import check_ray

        check_ray(options)


def open_crew(options: EngineOptions, *, workers: int | None = None) -> AbstractContextManager[Crew]:
    """The crew, as a context; `workers` is its size, null for all cores of the machine or of the cluster.

    Raises ConfigError where Ray is asked for and missing, not to be reached, or another one.
    """
    if options.engine is Engine.RAY:
        from provenance.run.ray import RayCrew

        return RayCrew(options, workers=workers)
    return LocalCrew(workers or os.cpu_count() or 1, attempts=options.attempts or ATTEMPTS)
