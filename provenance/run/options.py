"""Which engine a run has, and how its crew is made."""

from dataclasses import dataclass
from enum import StrEnum


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
