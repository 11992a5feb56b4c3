"""Strata: captures by language, top-level domain and month; those too small to be drawn from are pooled.

Which strata are pooled follows from the counts of the whole crawl, not from the draw: probabilities stay known.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from provenance.sampling.hashing import Ints

Label = tuple[str, ...]  # a value of each variable, in the order of VARIABLES that are used
Floats = npt.NDArray[np.float64]

VARIABLES = ("language", "tld", "month")
POOLING_ORDER = ("tld", "month", "language")  # the variable with the most values first, the one most asked for last
POOLED = "*"
SEPARATOR = "/"


def pool_strata(
    by: Sequence[str],
    labels: Sequence[Label],
    sizes: Ints,
    share_out: Callable[[Ints], Floats],
    least: float,
) -> list[Label]:
    """For each label the label of its stratum: `*` where values were pooled.

    `share_out` tells how many documents strata of these sizes would get. Those that would get fewer than `least` are
    pooled over their top-level domains, then over months, then over languages.
    """
    current = list(labels)
    for variable in POOLING_ORDER:
        if variable not in by:
            continue
        at = by.index(variable)
        totals: dict[Label, int] = {}
        for label, size in zip(current, sizes.tolist(), strict=True):
            totals[label] = totals.get(label, 0) + size
        expected = share_out(np.array(list(totals.values()), np.int64))
        small = {label for label, share in zip(totals, expected.tolist(), strict=True) if share < least}
        current = [(*label[:at], POOLED, *label[at + 1 :]) if label in small else label for label in current]
    return current


def name_stratum(label: Label) -> str:
    """A stratum's name: its values with slashes between them; `all` where there is one."""
    return SEPARATOR.join(label) or "all"
