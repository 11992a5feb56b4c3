"""A small calibration with round numbers, and documents of a line each."""

from datetime import UTC, datetime

import polars as pl
import pytest

from provenance.verdict import Axis, Calibration, Level, Mark, Stratum, Term, VerdictOptions, judge_batch


def _strata(signal: str, *, scale: float) -> tuple[Stratum, ...]:
    terms = (Term(signal, weight=scale, centre=0.1, clip=6.0),)
    return (
        Stratum("en", 80, 300, signal, terms, human_below=-1.0, positive_above=3.0),
        Stratum("en", 300, None, signal, (Term(signal, weight=2 * scale, centre=0.1, clip=6.0),), -1.0, 2.0),
    )


def make_calibration() -> Calibration:
    phrase = Mark("phrase", "phrase_count", (Level(1, 3.5, 40, 1000, 1, 1000), Level(2, 5.0)), basis="measured")
    disclosure = Mark("disclosure", "disclosure_ai", (Level(1, 6.0),), declares_from=1.0, why="no data")
    markup = Mark("markup", "markup_translated", (Level(1, 6.0),), declares_from=1.0, why="no data")
    calque = Mark("calque", "calque_count", (Level(1, 2.0), Level(3, 4.0)))
    versions = Mark(
        "parallelism", "parallel_translation", (Level(3, 0.5), Level(6, 1.2)), scores_from=6.0, why="no data"
    )
    return Calibration(
        format=1,
        version="test",
        ai=Axis(_strata("lm_ai_llr", scale=10.0), (phrase, disclosure)),
        mt=Axis(_strata("lm_mt_llr", scale=10.0), (calque, markup, versions)),
    )


@pytest.fixture
def calibration() -> Calibration:
    return make_calibration()


class Bench:
    """Judges documents written as keyword arguments; what is not said is unknown."""

    def __init__(self, calibration: Calibration) -> None:
        self.calibration = calibration

    def verdicts(self, rows: list[dict[str, object]], options: VerdictOptions | None = None) -> pl.DataFrame:
        table = pl.DataFrame([_row(index, row) for index, row in enumerate(rows)], infer_schema_length=None)
        documents = table.select("doc_id", "language", "n_words")
        signals = table.drop("language", "n_words", "first_seen")
        seen = table["first_seen"].cast(pl.Datetime("us", "UTC"))
        return judge_batch(documents, signals, self.calibration, options or VerdictOptions(), first_seen=seen)

    def verdict(self, options: VerdictOptions | None = None, **row: object) -> dict[str, object]:
        return self.verdicts([row], options).row(0, named=True)


def _row(index: int, given: dict[str, object]) -> dict[str, object]:
    year = given.get("seen")
    row: dict[str, object] = {
        "doc_id": str(index), "language": "en", "n_words": 200, "first_seen": None, "lm_ai_llr": None,
        "lm_mt_llr": None, "lm_n_tokens": 240, "phrase_count": 0, "disclosure_ai": 0, "markup_translated": 0,
        "calque_count": 0, "parallel_translation": None,
    }  # fmt: skip
    row.update({name: value for name, value in given.items() if name != "seen"})
    if isinstance(year, int):
        row["first_seen"] = datetime(year, 6, 30, tzinfo=UTC)
    return row


@pytest.fixture
def bench(calibration: Calibration) -> Bench:
    return Bench(calibration)
