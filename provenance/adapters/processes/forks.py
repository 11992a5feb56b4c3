"""Whether polars may be used here: in a process that was forked after polars was imported it would wait for ever.

A fork copies memory but no threads, and polars waits for those of its pool; POLARS_MAX_THREADS=1 does not help.
"""

import os
import sys
from pathlib import Path


def is_forked() -> bool:
    """Whether this process was forked, and not started anew, with polars imported before."""
    return _state.forked


class _State:
    def __init__(self, *, forked: bool) -> None:
        self.forked = forked


def _shares_memory_with_parent() -> bool:
    """Whether this process was forked from its parent: only then does their memory lie at the same places.

    The kernel picks the places anew when a program is started (proc_pid_auxv(5)). False where that is not told: on
    other systems than Linux, and when the parent has ended.
    """
    try:
        own, parent = (Path(f"/proc/{pid}/auxv").read_bytes() for pid in (os.getpid(), os.getppid()))
    except OSError:
        return False
    return bool(own) and own == parent


def _note_fork() -> None:
    _state.forked = _state.forked or "polars" in sys.modules


# When this module is first imported after the fork, no hook has noted it.
_state = _State(forked="polars" in sys.modules and _shares_memory_with_parent())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
