#!/usr/bin/env python3
"""Fuzzes the reader of archives: `make fuzz SECONDS=1200`. Needs the extra `fuzz` (atheris, Linux only).

Arguments are libFuzzer's: the folder that takes new inputs first, then others, and options. The laws are in `laws`.
The corpus is made small again by `fuzz_reader.py -merge=1 SMALL out/fuzz`, with `.venv/bin` on the PATH.
"""

import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["provenance.archive"]):
    from tests.archive.fuzz.laws import check_reading
from tests.archive.fuzz.mutate import cross, mutate
from tests.archive.fuzz.seeds import make_seeds

OPTIONS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=16384")


@atheris.instrument_func  # type: ignore[untyped-decorator]
def check_input(data: bytes) -> None:
    """Any exception is a finding."""
    check_reading(data)


def mutate_input(data: bytes, max_size: int, seed: int) -> bytes:
    """An input changed as an archive, or as bytes."""
    return mutate(data, max_size, Random(seed), atheris.Mutate)


def cross_inputs(data: bytes, other: bytes, max_size: int, seed: int) -> bytes:
    """Two inputs made one."""
    return cross(data, other, max_size, Random(seed))


def main(arguments: list[str]) -> None:
    """Writes the seeds into the first folder named, then fuzzes."""
    folder = next((Path(argument) for argument in arguments[1:] if not argument.startswith("-")), None)
    if folder is not None and folder.is_dir() and not any("merge=1" in argument for argument in arguments):
        for name, data in make_seeds().items():
            (folder / f"seed-{name.replace(' ', '-')}").write_bytes(data)
    atheris.Setup(
        [*arguments[:1], *OPTIONS, *arguments[1:]],
        check_input,
        custom_mutator=mutate_input,
        custom_crossover=cross_inputs,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
