"""Language-model ratios: which text they score, how, and that the score is KenLM's own."""

import math
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from provenance.models import find_model, load_models
from provenance.signals.language_model import LanguageModels, LanguagePaths, load_vocabulary
from provenance.text.segment import segment_texts

QUERY = Path(__file__).parents[2] / ".tools" / "bin" / "query"
MODELS = load_models()
FOUND = LanguagePaths.find(MODELS, "en")
assert FOUND is not None
PATHS: LanguagePaths = FOUND
SIGNAL = LanguageModels((PATHS,))
HUMAN = (
    "So I finally got round to fixing the shed door, which has been hanging off since about March. Turns out the "
    "hinge wasn't even broken, one of the screws had just walked out. Typical! My neighbour reckons I should have "
    "done it months ago, and he's right, but try telling that to somebody with two kids and a dodgy knee. "
)
AI = (
    "In conclusion, it is important to recognize the significance of effective communication in fostering meaningful "
    "relationships. By embracing diverse perspectives, individuals can create a more inclusive environment. "
    "Furthermore, technology plays a crucial role in enhancing collaboration, ultimately leading to better outcomes. "
)


def measure(*texts: str | None, language: str | None = "en", signal: LanguageModels = SIGNAL) -> pl.DataFrame:
    return signal.measure(pl.DataFrame({"text": texts, "language": [language] * len(texts)}))


def test_a_typical_generated_text_ranks_above_a_typical_human_one() -> None:
    human, ai = measure(HUMAN * 2, AI * 2)["lm_ai_llr"]
    assert human < 0 < ai


def test_other_languages_are_not_measured() -> None:
    assert measure(HUMAN, language="fr").null_count().sum_horizontal().item() == 6


def test_an_unknown_language_is_not_measured() -> None:
    assert measure(HUMAN, language=None).null_count().sum_horizontal().item() == 6


def test_texts_below_the_least_number_of_words_are_not_measured() -> None:
    words = HUMAN.split()[:40]
    values = measure(" ".join(words[:39]), " ".join(words))["lm_ai_llr"]
    assert values.is_null().to_list() == [True, False]


def test_characters_nobody_sees_move_no_score() -> None:
    assert measure(HUMAN).equals(measure("\u200b".join(HUMAN)))


def test_quotes_and_dashes_move_no_score() -> None:
    assert measure(HUMAN).equals(measure(HUMAN.replace("'", "’")))


def test_only_the_beginning_of_a_text_is_read() -> None:
    short = replace(SIGNAL, max_tokens=60)
    assert measure(HUMAN, signal=short).equals(measure(HUMAN + AI, signal=short))
    assert measure(HUMAN, signal=short)["lm_n_tokens"].item() == 60


def test_a_model_that_is_missing_leaves_its_columns_null() -> None:
    only_ai = replace(SIGNAL, languages=(replace(PATHS, translated=None, original=None),))
    row = measure(HUMAN, signal=only_ai).row(0, named=True)
    assert row["lm_ai_llr"] is not None
    assert (row["lm_mt_llr"], row["lm_mt_burstiness"]) == (None, None)


def test_the_ratio_of_a_model_to_itself_is_zero() -> None:
    same = replace(SIGNAL, languages=(replace(PATHS, ai=PATHS.human),))
    row = measure(HUMAN * 2, signal=same).row(0, named=True)
    assert (row["lm_ai_llr"], row["lm_ai_burstiness"]) == (0.0, 0.0)


def test_too_few_sentences_have_no_burstiness() -> None:
    assert measure(HUMAN.replace(". ", ", ").replace("! ", ", "))["lm_ai_burstiness"].item() is None


def test_languages_are_measured_side_by_side_in_order() -> None:
    both = replace(SIGNAL, languages=(PATHS, replace(PATHS, language="de", ai=PATHS.human)))
    batch = pl.DataFrame({"text": [HUMAN, AI, HUMAN], "language": ["de", "en", "en"]})
    single = measure(AI, HUMAN)["lm_ai_llr"].to_list()
    assert both.measure(batch)["lm_ai_llr"].to_list() == [0.0, *single]


def test_a_language_without_a_vocabulary_has_no_paths() -> None:
    assert LanguagePaths.find(MODELS, "xx") is None


def test_every_kind_of_model_ships_for_english() -> None:
    kinds = ("vocabulary", "lm_ai", "lm_human", "lm_translated", "lm_original")
    assert [kind for kind in kinds if find_model(MODELS, kind, "en") is None] == []


@pytest.mark.skipif(not QUERY.exists(), reason="KenLM's query is not built: make lmplz")
def test_scores_are_those_of_kenlms_own_query() -> None:
    sentences = segment_texts(pl.Series([HUMAN]), load_vocabulary(PATHS.vocabulary), max_tokens=700)

    def total(model: Path | None) -> float:
        lines = "".join(f"{sentence}\n" for sentence in sentences["sentence"])
        done = subprocess.run(
            [str(QUERY), "-v", "sentence", str(model)], input=lines, capture_output=True, text=True, check=True
        )
        return sum(float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("Total:"))

    expected = (total(PATHS.ai) - total(PATHS.human)) * math.log(10) / int(sentences["n_tokens"].sum())
    assert measure(HUMAN)["lm_ai_llr"].item() == pytest.approx(expected, abs=1e-3)


def test_models_are_loaded_by_path_wherever_they_lie(tmp_path: Path) -> None:
    assert PATHS.ai is not None
    moved = tmp_path / "moved.binary"
    shutil.copy(PATHS.ai, moved)
    elsewhere = replace(SIGNAL, languages=(replace(PATHS, ai=moved),))
    assert measure(HUMAN, signal=elsewhere).equals(measure(HUMAN))
