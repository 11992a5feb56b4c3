"""Families of generators: shares of those learned, null for the others, and a name only where one is asked for."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.labelled_sets import name_competing
from pipelines.labelled_sets import name_families as name_generators
from provenance.adapters import judge as judging
from provenance.errors import ConfigError
from provenance.models.calibration import Calibration
from provenance.schema import FAMILIES
from provenance.signals import text_models
from provenance.signals.text_models import TextModels, TextPaths
from provenance.text.ngrams import Ngrams, hash_ngrams
from provenance.text.windows import Windows
from provenance.train.linear import LinearOptions
from provenance.train.text_models import TextModelOptions, select_classes, train_linear_models
from provenance.verdict import VerdictOptions, name_families

WORDS = {
    "claude": "I'd gently note that the harbour holds its own quiet argument with the sea; that is worth sitting with.",
    "gemini": "The harbour, a bustling tapestry of commerce, offers visitors several key benefits, and fresh fish.",
    "gpt": "In conclusion, the harbour plays a crucial role; moreover, it is important to delve into its rich history.",
}
SMALL = LinearOptions(bits=12, strength=10.0, steps=20)
OPTIONS = TextModelOptions(linear=SMALL, genre=SMALL, family=SMALL, genre_least=1, family_least=2)
SHARES = [f"family_{family}" for family in FAMILIES]


def labelled(**columns: list[str]) -> pl.DataFrame:
    families = [family for family in WORDS for _ in range(3)]
    frame = {"text": [" ".join([WORDS[family]] * n) for family, n in zip(families, [3, 4, 5] * 3, strict=True)]}
    cells = {"label": ["ai"] * 9, "lang": ["en"] * 9, "cell": ["harbour ai"] * 9}
    return pl.DataFrame({**frame, **cells, "family": families, **columns})


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> TextPaths:
    """Models of three genres and three families, in as many buckets."""
    out = tmp_path_factory.mktemp("models")
    texts = labelled(genre=["blog", "news", "howto"] * 3)
    made = train_linear_models(texts, OPTIONS, out=out, language="en")
    return TextPaths("en", tuple((file.kind, out / file.file) for file in made))


def measure(paths: TextPaths, *texts: str, language: str = "en") -> pl.DataFrame:
    batch = pl.DataFrame({"text": texts, "language": [language] * len(texts)})
    return TextModels((paths,)).measure(batch).select(SHARES)


@pytest.mark.parametrize("family", WORDS)
def test_the_family_whose_words_they_are_has_the_largest_share(paths: TextPaths, family: str) -> None:
    row = measure(paths, " ".join([WORDS[family]] * 6)).row(0, named=True)
    known = {name: share for name, share in row.items() if share is not None}
    assert max(known, key=known.__getitem__) == f"family_{family}"
    assert sum(known.values()) == pytest.approx(1.0)


def test_a_family_that_was_not_learned_is_null(paths: TextPaths) -> None:
    row = measure(paths, " ".join([WORDS["gpt"]] * 6)).row(0, named=True)
    assert {name for name, share in row.items() if share is None} == set(SHARES) - {f"family_{f}" for f in WORDS}


def test_short_texts_and_languages_without_a_model_have_no_family(paths: TextPaths) -> None:
    assert measure(paths, "In conclusion, a crucial role.").row(0) == (None,) * len(SHARES)
    assert measure(paths, " ".join([WORDS["gpt"]] * 6), language="de").row(0) == (None,) * len(SHARES)


def test_genre_and_family_read_the_same_buckets(paths: TextPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def count(windows: Windows, *, bits: int) -> Ngrams:
        calls.append(bits)
        return hash_ngrams(windows, bits=bits)

    monkeypatch.setattr(text_models, "hash_ngrams", count)
    measure(paths, " ".join([WORDS["gpt"]] * 6))
    assert {kind for kind, _ in paths.files} == {"lr_genre", "lr_family"}
    assert calls == [12]


def test_two_families_are_no_choice(tmp_path: Path) -> None:
    texts = labelled().filter(pl.col("family") != "gpt")
    assert train_linear_models(texts, OPTIONS, out=tmp_path, language="en") == []


def test_a_family_with_too_few_texts_is_not_learned(tmp_path: Path) -> None:
    odd = labelled().head(1).with_columns(family=pl.lit("qwen"))
    made = train_linear_models(pl.concat([labelled(), odd]), OPTIONS, out=tmp_path, language="en")
    model = text_models.load_linear(tmp_path / made[0].file)
    assert model.classes == ("claude", "gemini", "gpt")


def test_each_family_of_a_cell_is_cut_to_the_same_number() -> None:
    options = TextModelOptions(family_least=2, family_most=2)
    more = pl.concat([labelled(), labelled().with_columns(pl.col("text") + " It is late.", cell=pl.lit("sea ai"))])
    counted = select_classes(more, "family", options).group_by("label", "cell").len()
    assert counted.height == 6
    assert set(counted["len"]) == {2}


def test_a_family_without_a_column_is_refused() -> None:
    with pytest.raises(ConfigError, match="family 'grok' is not known; known are gpt, claude"):
        select_classes(labelled().with_columns(family=pl.lit("grok")), "family", OPTIONS)


def test_a_family_alone_in_a_domain_is_not_learned_from() -> None:
    generators = ["gpt-4", "claude-3-opus", None, "gpt-4", "gpt-3.5-turbo", None]
    frame = pl.DataFrame({"generator": generators, "domain": ["reviews"] * 3 + ["answers"] * 3})
    families = frame.select(name_competing(pl.col("generator"), pl.col("domain"))).to_series().to_list()
    assert families == ["gpt", "claude", None, None, None, None]


def name(origin: str, options: VerdictOptions, **shares: float | None) -> str | None:
    signals = pl.DataFrame({f"family_{family}": [share] for family, share in shares.items()})
    named: str | None = name_families(pl.Series([origin]), signals, options).item()
    return named


def test_by_default_no_family_is_named() -> None:
    assert name("ai_generated", VerdictOptions(), gpt=1.0, claude=0.0) is None


def test_a_share_above_the_one_asked_for_is_named() -> None:
    options = VerdictOptions(family_share=0.7)
    assert name("ai_generated", options, gpt=0.1, claude=0.75, llama=0.15, qwen=None) == "claude"
    assert name("ai_generated", options, gpt=0.3, claude=0.7) is None


@pytest.mark.parametrize("origin", ["human", "machine_translated", "undetermined"])
def test_only_generated_texts_have_a_generator(origin: str) -> None:
    assert name(origin, VerdictOptions(family_share=0.5), gpt=0.9, claude=0.1) is None


def test_equal_shares_and_none_are_not_named() -> None:
    options = VerdictOptions(family_share=0.3)
    assert name("ai_generated", options, gpt=0.5, claude=0.5) is None
    assert name("ai_generated", options, gpt=None, claude=None) is None
    assert name("ai_generated", options) is None


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="family_share must lie between 0 and 1"):
        VerdictOptions(family_share=1.5)


@pytest.mark.parametrize(("asked", "family"), [(1.0, None), (0.7, "gemini")])
def test_a_verdict_names_the_family_only_where_a_name_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, asked: float, family: str | None
) -> None:
    documents = pl.DataFrame({"doc_id": ["0"], "text": ["A text."], "language": ["en"], "n_words": [2]})
    signals = pl.DataFrame({"disclosure_ai": [1.0], "family_gpt": [0.1], "family_gemini": [0.9]})
    monkeypatch.setattr(judging, "measure_texts", lambda texts, models, calques=(): (documents, signals))
    verdict = judging.Judge(options=VerdictOptions(family_share=asked)).judge("A text.")
    assert verdict.origin == "ai_generated"
    assert verdict.family == family
    assert ("reads like the generators of: gemini" in verdict.explain()) == (family is not None)


@pytest.mark.parametrize(
    ("generator", "family"),
    [
        ("text-davinci-003", "gpt"),
        ("text-davinci-002", "other"),
        ("ChatGPT+prompt_few_shot", "gpt"),
        ("Google-PaLM", "gemini"),
        ("llama2-7b", "llama"),
        ("qwen2-72b", "qwen"),
        ("gpt2-xl", "other"),
        ("text-babbage-001", "other"),
        ("Canada-1", None),
        ("a model of nobody", None),
    ],
)
def test_a_generator_has_the_family_of_who_makes_it(generator: str, family: str | None) -> None:
    frame = pl.DataFrame({"generator": [generator]})
    assert frame.select(name_generators(pl.col("generator"))).item() == family


def test_another_model_of_families_leaves_the_calibration_as_it_is() -> None:
    fitted = Calibration(format=1, version="a", models={"en.lr_ai": "1", "en.lr_family": "2"})
    fitted.check_models({"en.lr_ai": "1", "en.lr_family": "3"}, weightless=["en.lr_family"])
    with pytest.raises(ConfigError, match=r"fitted on model en\.lr_ai with digest 1"):
        fitted.check_models({"en.lr_ai": "3", "en.lr_family": "2"}, weightless=["en.lr_family"])
