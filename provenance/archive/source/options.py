"""How bytes are fetched over a network: patience, politeness, and what is kept in memory."""

from dataclasses import dataclass, field

_HOW = {"identity": False}  # how the bytes are fetched, not which: tables do not depend on it

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """The `[fetch]` table of RUN.toml; none of it changes what is read.

    ::

        [fetch]
        timeout_s = 60.0          # seconds without a byte after which a connection is taken for dead
        attempts = 8              # requests in a row that bring nothing, after which a shard is given up
        backoff_s = 1.0           # longest first wait; doubled with every further failure, drawn at random below that
        longest_wait_s = 60.0     # no wait is longer; a server that asks for more is given up
        window_bytes = 16777216   # bytes kept behind the reader, so that small steps back cost no request
        skip_bytes = 1048576      # shorter gaps are read through, longer ones asked for anew
        unsigned = false          # s3: send no credentials, also where there are some
        requester_pays = false    # s3: agree to pay for requests to buckets that want that
    """

    timeout_s: float = field(default=60.0, metadata=_HOW)
    attempts: int = field(default=8, metadata=_HOW)
    backoff_s: float = field(default=1.0, metadata=_HOW)
    longest_wait_s: float = field(default=60.0, metadata=_HOW)
    window_bytes: int = field(default=16 * MIB, metadata=_HOW)
    skip_bytes: int = field(default=MIB, metadata=_HOW)
    unsigned: bool = field(default=False, metadata=_HOW)
    requester_pays: bool = field(default=False, metadata=_HOW)

    def __post_init__(self) -> None:
        if self.timeout_s <= 0:
            raise ValueError(f"timeout_s must be above 0 seconds, not {self.timeout_s}")
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts}")
        for name in ("backoff_s", "longest_wait_s", "window_bytes", "skip_bytes"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)}")
