"""The options that say what works on a run: processes of this machine, or a Ray cluster."""

import functools
from collections.abc import Callable
from dataclasses import replace

import click

from provenance.cli.sizes import MemorySize
from provenance.errors import ConfigError
from provenance.run import Engine, EngineOptions, check_engine

_FLAGS = {"address": "--ray-address", "task_memory": "--task-memory", "copied": "--worker-env"}


def engine_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options to a command, which gets them as `engine`. Raises ConfigError when they cannot be had."""

    @click.option(
        "--engine",
        type=click.Choice([one.value for one in Engine]),
        default="local",
        show_default=True,
        help="What works: processes of this machine, or a cluster of Ray.",
    )
    @click.option(
        "--ray-address", help="The cluster's host:port, or auto.  [default: RAY_ADDRESS, else a Ray of its own]"
    )
    @click.option("--task-memory", type=MemorySize(), help="Memory that a task declares to Ray.  [default: 1GiB]")
    @click.option(
        *("--worker-env", "copied"),
        multiple=True,
        metavar="NAME",
        help="Give Ray's workers this variable of the environment, AWS_PROFILE say; none is given unasked.",
    )
    @click.option(
        "--attempts",
        type=click.IntRange(1),
        help="How often a task is tried whose workers die.  [default: 2, of Ray 12]",
    )
    @functools.wraps(command)
    def with_engine(
        engine: str,
        ray_address: str | None,
        task_memory: int | None,
        copied: tuple[str, ...],
        attempts: int | None,
        **others: object,
    ) -> int:
        debug = bool(click.get_current_context().obj)
        options = EngineOptions(Engine(engine), attempts, ray_address, task_memory, copied, tells=debug)
        _check(options)
        return command(engine=options, **others)

    return with_engine


def _check(options: EngineOptions) -> None:
    if options.engine is not Engine.RAY:
        unused = replace(EngineOptions(), attempts=options.attempts, tells=options.tells)
        for name, flag in _FLAGS.items():
            if getattr(options, name) != getattr(unused, name):
                raise ConfigError(f"{flag}: is of --engine ray, and this run is of --engine {options.engine}")
    check_engine(options)
