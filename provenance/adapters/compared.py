"""Which human documents a text is held against, and how many of them score as high."""

import math

import polars as pl

from provenance.models.calibration import Axis, Reference
from provenance.report.explanation import Compared, ReferenceFigure
from provenance.verdict.genre import PLAUSIBLE, count_of_thousand, find_plausible, read_shares
from provenance.verdict.wording import name_genre


def compare_with_humans(table: pl.DataFrame, axis: Axis, llr: float | None) -> Compared | None:
    """The references of a table's one row, by share in its mix; null where it has no score or its language none."""
    references = [each for each in axis.references if each.language == table["language"][0]]
    if not references or llr is None:
        return None
    chosen, shares = find_plausible(table, references)[0], read_shares(table, references)[0]
    held = sorted(
        ((share, each) for share, each, used in zip(shares.tolist(), references, chosen, strict=True) if used),
        key=lambda pair: (0.0 if math.isnan(pair[0]) else -pair[0], pair[1].genre),
    )
    mix = {name_genre(each.genre): share for share, each in zip(shares.tolist(), references, strict=True)}
    told = bool(held) and all(share >= PLAUSIBLE for share, _ in held)
    return Compared(tuple(_figure(each, share, llr) for share, each in held), mix, told)


def _figure(reference: Reference, share: float, llr: float) -> ReferenceFigure:
    count = count_of_thousand(reference, llr)
    return ReferenceFigure(
        name_genre(reference.genre),
        None if math.isnan(share) else share,
        reference.n_documents,
        reference.n_sources,
        None if math.isnan(count) else count,
        beyond_all=bool(reference.quantiles) and llr > reference.quantiles[-1],
        positive_above=reference.positive_above,
        rate=reference.rate,
    )
