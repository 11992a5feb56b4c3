"""From evidence to scores and origins; when in doubt, `undetermined`.

The rule, per document, with each axis `high`, `low`, `between` or unknown by the thresholds of its stratum:

- both high: what the page itself declares wins; else the axis that leads by the calibration's margin above its
  threshold; else undetermined, because a translation by machine often reads like AI-generated text;
- one high: that origin;
- both low: human;
- all else: undetermined. An axis that could not be measured is never low.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from provenance.models.calibration import Axis, Calibration
from provenance.verdict.genre import find_thresholds
from provenance.verdict.values import Flags, Floats, Values
from provenance.verdict.weighing import Weighed


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an axis lies above its threshold in nats (-inf where unknown), and whether it is low."""

    excess: Floats
    low: Flags
    declared: Flags


def score(weighed: Weighed, llr: Floats, prior: float, bound: float) -> pl.Series:
    """Probability of the axis, null where neither the text could be measured nor a mark speaks by itself."""
    odds = np.log(prior) - np.log1p(-prior)
    known = pl.Series(weighed.scored)
    bounded = pl.Series(np.clip(llr, -bound, bound) + odds)
    frame = pl.DataFrame({"known": known, "logit": bounded})
    return frame.select(pl.when("known").then(1.0 / (1.0 + (-pl.col("logit")).exp()))).to_series()


def mask_unknown(weighed: Weighed) -> Floats:
    """The sum of the evidence of text and page, NaN where there is no score."""
    return np.where(weighed.scored, weighed.llr, np.nan)


def stand(weighed: Weighed, llr: Floats, axis: Axis, table: Values) -> Standing:
    """Where an axis stands against the thresholds of each row's genre, or stratum."""
    # Row -1, the last, serves the rows without a stratum.
    above = np.array([_or_inf(s.positive_above, np.inf) for s in axis.strata] + [np.inf])[weighed.stratum]
    below = np.array([_or_inf(s.human_below, -np.inf) for s in axis.strata] + [-np.inf])[weighed.stratum]
    below, above = find_thresholds(table, axis, (below, above))
    excess = np.where(weighed.measured, llr - above, -np.inf)
    declared = np.where(weighed.declared, llr - axis.declared_above, -np.inf)
    return Standing(np.maximum(excess, declared), weighed.measured & (llr < below), declared >= 0.0)


def decide_origin(ai: Standing, mt: Standing, calibration: Calibration) -> npt.NDArray[np.object_]:
    """One of the origins for each row."""
    ai_high, mt_high = ai.excess >= 0.0, mt.excess >= 0.0
    one_declared = ai.declared != mt.declared
    ai_leads = np.where(one_declared, ai.declared, _leads(ai.excess, mt.excess, calibration.lead))
    mt_leads = np.where(one_declared, mt.declared, _leads(mt.excess, ai.excess, calibration.lead))
    origin = np.full(len(ai_high), "undetermined", dtype=object)
    origin[ai.low & mt.low] = "human"
    origin[ai_high & (~mt_high | ai_leads)] = "ai_generated"
    origin[mt_high & (~ai_high | mt_leads)] = "machine_translated"
    return origin


def _leads(own: Floats, other: Floats, lead: float) -> npt.NDArray[np.bool_]:
    return own > other + lead  # never both, and never for two unknowns


def _or_inf(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
