"""Reading as the careful reader does, and made bytes that are never the same twice."""

import random

from provenance.archive.source import FetchOptions, Source, open_source
from provenance.archive.source.patience import Patience

SILENCE = 1.5  # seconds after which a silent server is given up, where one is: enough for a busy machine to answer


def made_bytes(n: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(n)


def quick(**options: object) -> FetchOptions:
    """Options under which a test that hangs ends soon, and a busy machine is not taken for a dead server."""
    return FetchOptions(**{"timeout_s": 20.0, **options})  # type: ignore[arg-type]


class Waits:
    """Patience that waits for nothing and remembers for how long it would have."""

    def __init__(self, options: FetchOptions, share: float = 1.0) -> None:
        self.seconds: list[float] = []
        self.patience = Patience(
            options, sleep=self.seconds.append, uniform=lambda low, high: low + share * (high - low)
        )


def open_quickly(url: str, *, at_once: bool = True, **options: object) -> tuple[Source, list[float]]:
    """A source that waits for nothing but a silent server, and the waits it would have taken."""
    chosen = quick(**options)
    waits = Waits(chosen)
    return open_source(url, chosen, waits.patience, at_once=at_once), waits.seconds


def read_like_the_reader(source: Source, step: int = 16 * 1024, back: int = 3) -> bytes:
    """All bytes, in pieces, every now and then some pieces back: what is read twice must be equal."""
    read = bytearray()
    while piece := source.read_at(len(read), step):
        read += piece
        if len(read) // step % 7 == 0:
            again = max(0, len(read) - back * step)
            assert source.read_at(again, step) == read[again : again + step]
    return bytes(read)
