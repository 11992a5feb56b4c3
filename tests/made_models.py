"""Small models of texts, trained on the fixtures' texts in a second, and a calibration made by hand."""

from pathlib import Path

import polars as pl

from provenance.models.calibration import TAILS, Axis, Calibration, Reference, Stratum, Term
from provenance.models.registry import describe_model, load_models, write_manifest
from provenance.signals.text_models import TextPaths
from provenance.train.linear import LinearOptions
from provenance.train.lm import LanguageModelOptions
from provenance.train.text_models import TextModelOptions, train_text_models
from provenance.train.vocabulary import VocabularyOptions

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".tools" / "bin"
HAS_LMPLZ = (TOOLS / "lmplz").exists()
_LM = LanguageModelOptions(order=3, prune=(0, 0, 0), memory="64M")
_OPTIONS = TextModelOptions(
    vocabulary=VocabularyOptions(n_words=200, n_suffixes=20),
    ai=_LM,
    translation=_LM,
    linear=LinearOptions(bits=12, strength=10.0, steps=20),
    genre=LinearOptions(bits=12, strength=10.0, steps=20),
    genre_least=1,
)
_GENRES = {"ai": "blog", "mt": "howto"}


def read_fixture(name: str) -> str:
    """A text of the fixtures, without the lines at its head that say what it is."""
    return (ROOT / "fixtures" / "texts" / name).read_text(encoding="utf-8").split("---\n", 2)[2].strip()


def train_small_models(out: Path) -> TextPaths:
    """Models of English in a folder: a vocabulary, a pair of language models, and linear ones of origin and genre."""
    files = sorted((ROOT / "fixtures" / "texts").glob("en-*.txt"))
    kinds = [file.name.split("-")[1] for file in files]
    labelled = pl.DataFrame(
        {
            "text": [read_fixture(file.name) for file in files],
            "label": ["ai" if kind == "ai" else "human" for kind in kinds],
            "lang": ["en"] * len(files),
            "genre": [_GENRES.get(kind, "news") for kind in kinds],
        }
    )
    made = train_text_models(labelled, _OPTIONS, out=out, tools=TOOLS)
    return TextPaths("en", tuple((file.kind, out / file.file) for file in made))


def make_reference(genre: str, n_documents: int, positive_above: float, *, lowest: float = -6.0) -> Reference:
    """A reference whose documents' LLRs rise by a quarter of a nat from one of `TAILS` to the next."""
    return Reference(
        "en",
        genre,
        n_documents,
        n_sources=5,
        offset=0.5 if genre == "news" else -0.25,
        rate=0.01,
        human_below=-1.0,
        positive_above=positive_above,
        quantiles=tuple(lowest + i / 4 for i in range(len(TAILS))),
    )


def make_small_calibration(clip: float = 6.0) -> Calibration:
    """Two terms and a third of the language models for English, from 80 words on, with references of three genres."""
    terms = (
        Term("lr_ai_logit", 0.8, 0.1, clip),
        Term("lm_ai_llr", 4.0, -0.05, clip),
        Term("lm_human_nats", -0.5, -3.0, clip),
    )
    references = (
        make_reference("news", 1203, 2.0),
        make_reference("blog", 800, 3.0),
        make_reference("howto", 250, 2.5),
    )
    return Calibration(
        format=1,
        version="small",
        ai=Axis((Stratum("en", 80, None, "lr_ai_logit", terms, -1.0, 2.0),), references=references),
    )


def write_small_models(folder: Path, calibration: Calibration | None = None) -> Path:
    """A folder that a Judge loads: the shipped language identifier, small models of English and the calibration."""
    paths = train_small_models(folder)
    found = [
        describe_model(path, name=path.name, kind=kind, language="en", licence="", card="")
        for kind, path in paths.files
    ]
    identifier = next(model for model in load_models() if model.kind == "language_identifier")
    copied = folder / identifier.path.name
    copied.write_bytes(identifier.path.read_bytes())
    written = folder / "calibration.json"
    written.write_text((calibration or make_small_calibration()).dumps(), encoding="utf-8")
    found += [
        describe_model(copied, name="lid", kind="language_identifier", language=None, licence="", card=""),
        describe_model(written, name="calibration", kind="calibration", language=None, licence="", card=""),
    ]
    write_manifest(folder, found)
    return folder
