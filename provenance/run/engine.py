"""Which crew works on a run: processes of this machine, or a Ray cluster."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum

from provenance.run.crew import Crew
from provenance.run.local import ATTEMPTS, LocalCrew


class Engine(StrEnum):
    """What a crew is made of."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the crew of a run is made; all but `engine` and `attempts` are of Ray only.

    `attempts`: how often a task is tried whose workers die; null for the engine's own number. `address` is a cluster's
    (host:port), null for the one that RAY_ADDRESS names, and where it names none for a Ray of this machine alone.
    `task_memory` (bytes) is what a task declares that does not say itself, null for a measured figure. `copied` names
    variables of this process's environment that the workers get too. `tells`: what Ray says is shown.
    """

    engine: Engine = Engine.LOCAL
    attempts: int | None = None
    address: str | None = None
    task_memory: int | None = None
    copied: tuple[str, ...] = ()
    tells: bool = False


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
