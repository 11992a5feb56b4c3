"""Models of texts: which texts they score, that nothing readers do not see moves a score, and whose scores they are."""

import math
import shutil
import subprocess
from pathlib import Path

import kenlm
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.models import find_model, load_models
from provenance.schema import GENRES
from provenance.signals.text_models import TextModels, TextPaths, load_linear, load_vocabulary, share_classes
from provenance.text.delexicalise import join_classes
from provenance.text.ngrams import hash_ngrams
from provenance.text.windows import read_windows

QUERY = Path(__file__).parents[2] / ".tools" / "bin" / "query"
MODELS = load_models()
PATHS = TextPaths.find(MODELS, "en")
SIGNAL = TextModels((PATHS,))
HUMAN = (
    "So I finally got round to fixing the shed door, which has been hanging off since about March. Turns out the "
    "hinge wasn't even broken, one of the screws had just walked out. Typical! My neighbour reckons I should have "
    "done it months ago, and he's right, but try telling that to somebody with 2 kids and a dodgy knee. "
)
AI = (
    "In conclusion, it is important to recognize the significance of effective communication in fostering meaningful "
    "relationships. By embracing diverse perspectives, individuals can create a more inclusive environment. "
    "Furthermore, technology plays a crucial role in enhancing collaboration, ultimately leading to better outcomes. "
)
MEASURED = ("lr_ai_logit", "lm_ai_llr", "lm_human_nats", "lm_mt_llr", "lm_n_tokens", "genre_news")
TEXTS = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from([HUMAN, AI, HUMAN * 8, AI * 30, "", " \n", "word", "家族" * 100, "... " * 60, "7 " * 50]),
        st.lists(st.sampled_from([*HUMAN.split(), *AI.split()]), max_size=120).map(" ".join),
    ),
    max_size=6,
)


def without(*kinds: str, paths: TextPaths = PATHS) -> TextPaths:
    return TextPaths(paths.language, tuple((kind, path) for kind, path in paths.files if kind not in kinds))


def instead(kind: str, path: Path | None, language: str = "en") -> TextPaths:
    assert path is not None
    return TextPaths(language, (*without(kind).files, (kind, path)))


def measure(*texts: str | None, language: str | None = "en", signal: TextModels = SIGNAL) -> pl.DataFrame:
    batch = {"text": pl.Series(texts, dtype=pl.String), "language": pl.Series([language] * len(texts), dtype=pl.String)}
    return signal.measure(pl.DataFrame(batch))


def row(text: str, paths: TextPaths = PATHS) -> dict[str, float | None]:
    return measure(text, signal=TextModels((paths,))).row(0, named=True)


@pytest.mark.parametrize("name", ["lr_ai_logit", "lm_ai_llr"])
def test_a_typical_generated_text_ranks_above_a_typical_human_one(name: str) -> None:
    human, ai = measure(HUMAN * 2, AI * 2)[name]
    assert human < ai


@pytest.mark.parametrize("language", ["fr", None])
def test_other_languages_are_not_measured(language: str | None) -> None:
    found = measure(HUMAN, language=language)
    assert found.null_count().sum_horizontal().item() == len(SIGNAL.columns)


@pytest.mark.parametrize("text", [None, "", " \n\t ", "word", "?! ... ,," * 100, "\u200b" * 100])
def test_a_text_without_enough_words_is_not_measured(text: str | None) -> None:
    assert measure(text).null_count().sum_horizontal().item() == len(SIGNAL.columns)


def test_texts_below_the_least_number_of_words_are_not_measured() -> None:
    words = HUMAN.split()[:40]
    values = measure(" ".join(words[:39]), " ".join(words))["lr_ai_logit"]
    assert values.is_null().to_list() == [True, False]


def test_no_texts_have_no_rows() -> None:
    assert measure().height == 0


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_a_texts_figures_do_not_depend_on_what_stands_beside_it(texts: list[str | None]) -> None:
    alone = pl.concat([measure(text) for text in texts] or [measure()])
    assert measure(*texts).equals(alone)


def test_figures_are_the_same_beyond_a_chunk() -> None:
    texts = [" ".join(HUMAN.split()[i % 20 :]) for i in range(600)]
    assert measure(*texts).equals(pl.concat([measure(*texts[:20])] * 30))


@pytest.mark.parametrize("text", ["家族の話を聞いた。" * 80, "1 " * 500, "a" * 300_000 + " b" * 60, "I " * 100_000])
def test_figures_of_odd_texts_are_finite(text: str) -> None:
    values = [row(text)[name] for name in MEASURED]
    assert all(value is not None and math.isfinite(value) for value in values)


def test_characters_nobody_sees_move_no_score() -> None:
    assert measure(HUMAN).equals(measure("\u200b".join(HUMAN)))


def test_quotes_and_dashes_move_no_score() -> None:
    text = HUMAN.replace("which", '- "which" -')
    assert measure(text).equals(
        measure(text.replace("'", "’").replace(' "', " “").replace('" ', "” ").replace("-", "—"))
    )


@pytest.mark.parametrize("change", [str.upper, str.lower, str.swapcase, str.title], ids=lambda change: change.__name__)
def test_case_moves_no_score(change: object) -> None:
    assert callable(change)
    assert measure(HUMAN).equals(measure(change(HUMAN)))


@pytest.mark.parametrize("space", ["\n", "  ", "\t\r\n", "\u00a0", "\u2003\n\n"])
def test_spaces_and_line_breaks_move_no_score(space: str) -> None:
    assert measure(HUMAN).equals(measure(space + HUMAN.replace(" ", space)))


def test_a_space_before_each_mark_moves_no_score() -> None:
    assert measure(HUMAN).equals(measure(HUMAN.replace(",", " ,").replace(".", " . ").replace("!", "  !")))


def test_other_years_and_prices_move_no_score() -> None:
    assert measure(HUMAN * 2 + "in 1987").equals(measure((HUMAN * 2).replace("2", "7") + "in 2024"))


def test_only_the_beginning_of_a_text_is_read() -> None:
    words = (HUMAN * 20).split()
    assert measure(" ".join(words[:601])).equals(measure(" ".join(words[:601]) + " " + AI * 50))


def test_figures_are_means_over_windows_of_equal_length() -> None:
    first, second = " ".join((HUMAN * 9).split()[:200]), " ".join((AI * 9).split()[:200])
    parts = measure(first, second)
    whole = measure(first + " " + second).row(0, named=True)
    for name in ("lr_ai_logit", "lm_ai_llr", "genre_blog"):
        assert whole[name] == pytest.approx(parts[name].mean())
    assert whole["lm_n_tokens"] == parts["lm_n_tokens"].sum()


def test_the_shares_of_genres_sum_to_one() -> None:
    found = measure(HUMAN * 3, AI * 9).select(f"genre_{genre}" for genre in GENRES)
    assert found.sum_horizontal().to_list() == pytest.approx([1.0, 1.0])


def test_shares_of_far_scores_are_finite() -> None:
    assert share_classes(np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]])).tolist() == [[1.0, 0.0, 0.0], [1 / 3] * 3]


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("lr_ai", {"lr_ai_logit"}),
        ("lm_ai", {"lm_ai_llr", "lm_human_nats"}),
        ("lm_original", {"lm_mt_llr"}),
        ("vocabulary", {"lm_ai_llr", "lm_human_nats", "lm_mt_llr"}),
        ("lr_genre", {f"genre_{genre}" for genre in GENRES}),
    ],
)
def test_a_model_that_is_missing_leaves_its_columns_null(kind: str, lost: set[str]) -> None:
    whole, part = row(HUMAN), row(HUMAN, without(kind))
    assert {name for name, value in part.items() if value is None and whole[name] is not None} == lost
    assert {name: value for name, value in part.items() if name not in lost} == {
        name: value for name, value in whole.items() if name not in lost
    }


def test_without_any_model_nothing_but_the_tokens_is_counted() -> None:
    found = row(HUMAN, TextPaths("en", ()))
    assert [name for name, value in found.items() if value is not None] == ["lm_n_tokens"]


def test_the_ratio_of_a_model_to_itself_is_zero() -> None:
    assert row(HUMAN * 2, instead("lm_ai", PATHS.path("lm_human")))["lm_ai_llr"] == 0.0


def test_languages_are_measured_side_by_side_in_order() -> None:
    both = TextModels((PATHS, instead("lm_ai", PATHS.path("lm_human"), "de")))
    batch = pl.DataFrame({"text": [HUMAN, AI, HUMAN], "language": ["de", "en", "en"]})
    assert both.measure(batch)["lm_ai_llr"].to_list() == [0.0, *measure(AI, HUMAN)["lm_ai_llr"]]


def test_a_language_without_models_has_no_files() -> None:
    assert TextPaths.find(MODELS, "xx").files == ()


def test_every_kind_of_model_ships_for_english() -> None:
    kinds = ("vocabulary", "lm_ai", "lm_human", "lm_translated", "lm_original", "lr_ai", "lr_genre")
    assert [kind for kind in kinds if find_model(MODELS, kind, "en") is None] == []


def test_genres_of_the_shipped_model_are_those_of_the_tables() -> None:
    path = PATHS.path("lr_genre")
    assert path is not None
    assert set(load_linear(path).classes) <= set(GENRES)


def test_the_log_odds_are_those_of_the_linear_model() -> None:
    path = PATHS.path("lr_ai")
    assert path is not None
    model = load_linear(path)
    windows = read_windows(pl.Series([HUMAN]))
    buckets = hash_ngrams(windows, bits=model.bits).buckets
    scores = model.intercepts + model.weigh(buckets.astype(np.int64)).sum(axis=0) / math.sqrt(len(buckets))
    assert row(HUMAN)["lr_ai_logit"] == pytest.approx(math.log(np.exp(scores).sum()))


@pytest.fixture
def lines() -> list[str]:
    path = PATHS.path("vocabulary")
    assert path is not None
    return join_classes(read_windows(pl.Series([HUMAN])), load_vocabulary(path))


def test_nats_are_per_token_with_the_end_mark(lines: list[str]) -> None:
    bans = kenlm.Model(str(PATHS.path("lm_human"))).score(lines[0])
    assert len(lines) == 1
    assert row(HUMAN)["lm_human_nats"] == pytest.approx(bans * math.log(10) / (lines[0].count(" ") + 2))


@pytest.mark.skipif(not QUERY.exists(), reason="KenLM's query is not built: make lmplz")
def test_scores_are_those_of_kenlms_own_query(lines: list[str]) -> None:
    def total(kind: str) -> float:
        command = [str(QUERY), "-v", "sentence", str(PATHS.path(kind))]
        done = subprocess.run(command, input=f"{lines[0]}\n", capture_output=True, text=True, check=True)
        return sum(float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("Total:"))

    expected = (total("lm_ai") - total("lm_human")) * math.log(10) / (lines[0].count(" ") + 2)
    assert row(HUMAN)["lm_ai_llr"] == pytest.approx(expected, abs=1e-4)


def test_models_are_loaded_by_path_wherever_they_lie(tmp_path: Path) -> None:
    moved = []
    for kind, path in PATHS.files:
        shutil.copy(path, tmp_path / path.name)
        moved.append((kind, tmp_path / path.name))
    assert row(HUMAN, TextPaths("en", tuple(moved))) == row(HUMAN)
