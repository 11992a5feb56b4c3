"""provenance: where the text of a training corpus came from.

verdict = provenance.judge("text")            # .origin .ai_score .mt_score .evidence .explain()
scores = provenance.judge_many(["text"])      # a frame, columns as `provenance judge --out`
judge = provenance.Judge.load()               # loads models once; picklable
frame = judge.score(frame, text="text")       # columns beside, row for row
keep = provenance.NearDuplicates()            # callable on str, dict or batch: whether it is new
keep = provenance.Filter(max_ai_score=0.5)    # callable on str, dict or batch: whether it stays
weigh = provenance.Weights(power=1.0)         # callable likewise: sampling weights instead of deletion
scorer = provenance.Scorer()                  # callable likewise: the same with score columns beside
dataset = provenance.ProvenanceDataset(samples, weigh)    # for torch's DataLoader: drawn by weight, resumes exactly
seen = provenance.Seen()                      # counts what a loop gives out: `for batch in seen.watch(loader)`
table = provenance.estimate_ratio(scores)     # human-to-synthetic ratio with intervals, overall and by group
provenance.write_report(["out/a"], "a.html")  # one page over finished runs
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"
_PLACES = {
    **dict.fromkeys(("Evidence", "Judge", "Verdict", "judge", "judge_many"), "provenance.adapters.judge"),
    **dict.fromkeys(("ProvenanceDataset", "ProvenanceSampler"), "provenance.adapters.torch"),
    "NearDuplicates": "provenance.adapters.duplicates",
    "Declared": "provenance.adapters.loaders.declared",
    "Filter": "provenance.adapters.loaders.filter",
    "Scorer": "provenance.adapters.loaders.policy",
    "Scores": "provenance.adapters.loaders.precomputed",
    "Seen": "provenance.adapters.seen",
    "Weights": "provenance.adapters.loaders.weights",
    "estimate_ratio": "provenance.jobs.ratio",
    "write_report": "provenance.jobs.report_runs",
}
_POLARS = "provenance.adapters.polars"
__all__ = [  # without what needs torch: `import *` works where it is not installed
    "Declared",
    "Evidence",
    "Filter",
    "Judge",
    "NearDuplicates",
    "Scorer",
    "Scores",
    "Seen",
    "Verdict",
    "Weights",
    "__version__",
    "estimate_ratio",
    "judge",
    "judge_many",
    "write_report",
]

if TYPE_CHECKING:
    from provenance.adapters.duplicates import NearDuplicates
    from provenance.adapters.judge import Evidence, Judge, Verdict, judge, judge_many
    from provenance.adapters.loaders.declared import Declared
    from provenance.adapters.loaders.filter import Filter
    from provenance.adapters.loaders.policy import Scorer
    from provenance.adapters.loaders.precomputed import Scores
    from provenance.adapters.loaders.weights import Weights
    from provenance.adapters.seen import Seen
    from provenance.adapters.torch import ProvenanceDataset as ProvenanceDataset
    from provenance.adapters.torch import ProvenanceSampler as ProvenanceSampler
    from provenance.jobs.ratio import estimate_ratio
    from provenance.jobs.report_runs import write_report


def __getattr__(name: str) -> object:
    """The public names, imported on first use: `import provenance` alone is quick."""
    if name not in _PLACES:
        raise AttributeError(f"module 'provenance' has no attribute {name!r}")
    import_module(_POLARS)
    return getattr(import_module(_PLACES[name]), name)


if "polars" in sys.modules:  # so that `frame.provenance` is there at once; else it is after the first use of a name
    import_module(_POLARS)
