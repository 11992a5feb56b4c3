"""The measure of languages with few texts: the rule as it was written, and that what is measured was left out."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.other_languages import Auroc, Decision, Share, hold_out, score
from provenance.signals.text_models import TextModels, TextPaths
from provenance.train.linear import LinearOptions, fit_binary

pytest.importorskip("sklearn")
WORDS = ("eins zwei drei vier fünf ", "sechs sieben acht neun zehn ")


def _decide(low: float = 0.9, above: int = 1, of: int = 50) -> bool:
    return Decision(Auroc(0.95, low, 0.99, 30, 100), Share(above, of), Share(20, 30)).ships


def test_a_language_ships_when_both_bounds_hold() -> None:
    assert _decide()


@pytest.mark.parametrize(
    "given", [{"low": 0.85}, {"above": 2, "of": 99}, {"above": 0, "of": 49}], ids=["auroc", "false", "few"]
)
def test_one_bound_missed_is_enough_for_null(given: dict[str, float]) -> None:
    assert not _decide(**given)


def test_an_interval_of_auroc_holds_it_and_widens_with_fewer_sources() -> None:
    many = _scored([str(i) for i in range(60)])
    few = _scored([str(i // 20) for i in range(60)])
    wide, narrow = Auroc.measure(few), Auroc.measure(many)
    assert wide.value == narrow.value
    assert narrow.low < narrow.value < narrow.high
    assert wide.high - wide.low > narrow.high - narrow.low


def test_a_source_held_out_and_the_register_it_has_are_unknown_to_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[pl.DataFrame] = []

    def fit(texts: pl.DataFrame) -> None:
        seen.append(texts)

    monkeypatch.setattr("pipelines.other_languages.fit", fit)
    monkeypatch.setattr("pipelines.other_languages.prepare", lambda texts: texts)
    monkeypatch.setattr("pipelines.other_languages.score", lambda _, texts: texts)
    held = hold_out(_table(), lambda texts: texts)
    assert set(held["held_out"]) == {"laws (legal)", "paper (news)"}
    for source, register, left in (("laws", "legal", seen[0]), ("paper", "news", seen[1])):
        assert source not in left["source"]
        assert register not in left.filter(pl.col("label") == "ai")["register"]
        assert left.height == 2


def test_a_text_is_scored_as_the_signal_measures_it(tmp_path: Path) -> None:
    texts = pl.DataFrame({"text": [WORDS[0] * 30 + WORDS[1] * 70, WORDS[1] * 60]})
    labelled = pl.DataFrame({"text": [WORDS[0] * 40, WORDS[1] * 40], "label": ["ai", "human"], "cell": ["a", "b"]})
    model = fit_binary(labelled, "ai", LinearOptions(bits=12))
    model.save(tmp_path / "de.lr_ai.npz")
    signal = TextModels((TextPaths("de", (("lr_ai", tmp_path / "de.lr_ai.npz"),)),))
    measured = signal.measure(texts.with_columns(language=pl.lit("de")))["lr_ai_logit"]
    assert score(model, texts)["score"].to_list() == pytest.approx(measured.to_list())
    assert measured[0] > measured[1]


def _scored(sources: list[str]) -> pl.DataFrame:
    n = len(sources)
    # People of one source score alike, so that fewer sources know less.
    human = [-1.0 + 0.9 * (int(source) % 3) for source in sources]
    return pl.DataFrame(
        {
            "label": ["ai"] * n + ["human"] * n,
            "source": ["own"] * n + sources,
            "score": [i / n for i in range(n)] + human,
        }
    )


def _table() -> pl.DataFrame:
    rows = [
        ("human", "laws", "legal"), ("human", "paper", "news"), ("ai", "own", "legal"), ("ai", "own", "news"),
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=["label", "source", "register"], orient="row").with_columns(text=pl.lit("a"))
