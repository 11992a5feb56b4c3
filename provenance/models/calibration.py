"""What signal values are worth, in nats: measured once, kept as JSON, read once and never changed.

The file holds, for each axis (AI-generated against human; machine-translated against original):

- `strata`: by language and length in words, the terms of an additive log-likelihood ratio and two thresholds on it;
- `references`: by language and genre, thresholds from documents known to be human, and how these score;
- `marks`: counted leftovers and declarations, worth a bounded number of nats from a level on, each with the counts it
  was measured from or the assumption it rests on;

and for both the worth of a date and the margin by which one axis must lead when both are high. Every field is
described at its dataclass. `provenance train calibration` writes it, verdicts are made with it; `docs/detection.md`
gives its figures.
"""

import functools
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from provenance.config import load_config, to_plain
from provenance.errors import ConfigError
from provenance.models.registry import find_model, load_models

FORMAT = 1
# Shares of a reference's documents whose LLRs are kept, falling.
TAILS = (
    1.0,
    0.95,
    0.9,
    0.8,
    0.7,
    0.6,
    0.5,
    0.4,
    0.3,
    0.2,
    0.1,
    0.05,
    0.04,
    0.03,
    0.02,
    0.015,
    0.01,
    0.005,
    0.002,
    0.001,
)
AXES: tuple[Literal["ai", "mt"], ...] = ("ai", "mt")


@dataclass(frozen=True, slots=True)
class Term:
    """A numeric signal: worth `weight` * (value - `centre`) nats, at most `clip` either way; null is worth 0."""

    signal: str = ""
    weight: float = 0.0
    centre: float = 0.0
    clip: float = 0.0


@dataclass(frozen=True, slots=True)
class Stratum:
    """The terms for documents of one language with `low_words` <= words < `high_words` (null: no upper bound).

    Below `human_below` the axis speaks for human origin, at `positive_above` and beyond against it; a null threshold
    means that the data could not carry one. `needs` is the signal without which nothing is measured. `measured` are
    the figures of the fit, for people: documents, shares beyond the thresholds.
    """

    language: str = ""
    low_words: int = 0
    high_words: int | None = None
    needs: str = ""
    terms: tuple[Term, ...] = ()
    human_below: float | None = None
    positive_above: float | None = None
    measured: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Level:
    """From a signal value of `at_least` on, `nats`; the counts are documents with it and in all, null if assumed."""

    at_least: float = 1.0
    nats: float = 0.0
    positives_with: int | None = None
    positives: int | None = None
    humans_with: int | None = None
    humans: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A counted leftover or a declaration, in evidence called `name`, read from column `signal`.

    `levels` ascend in `at_least`; the highest one reached counts. From a value of `declares_from` on the page itself
    tells its origin: then an axis has a score even where the text cannot be measured; null: it never tells. From a
    value of `scores_from` on the axis has a score, too, but the mark alone makes no origin. `basis` says whether counts
    or an assumption stand behind the nats.
    """

    name: str = ""
    signal: str = ""
    levels: tuple[Level, ...] = ()
    declares_from: float | None = None
    scores_from: float | None = None
    basis: Literal["measured", "assumed"] = "assumed"
    why: str = ""


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Documents of known origin in one group (a data set, generator or host) that no part of the fit saw.

    False and true positives are those with a score of at least the axis's `flagged_at`, at the prior the calibration
    was fitted with. The corrected prevalence resamples these groups: a detector errs by genre and by generator.
    """

    language: str = ""
    group: str = ""
    n_human: int = 0
    n_false_positive: int = 0
    n_positive: int = 0
    n_true_positive: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """Documents known to be human that read like one genre: what a document of that genre is held against.

    `offset` is what the genre itself is worth in nats, by its share in a document's mix. At most a share `rate` of the
    reference's documents reached `positive_above`; the conformal bound for a new document is (`rate` n + 1) / (n + 1).
    `quantiles` are the LLRs that shares `TAILS` of the documents reach. Without thresholds it was too small for any.
    """

    language: str = ""
    genre: str = ""
    n_documents: int = 0
    n_sources: int = 0
    offset: float = 0.0
    rate: float = 0.0
    human_below: float | None = None
    positive_above: float | None = None
    quantiles: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """All that speaks on one question. `declared_above` is the threshold where only marks speak.

    Where a language has `references`, the thresholds are theirs, by genre; else those of the stratum.
    """

    strata: tuple[Stratum, ...] = ()
    marks: tuple[Mark, ...] = ()
    references: tuple[Reference, ...] = ()
    declared_above: float = 3.0
    errors: tuple[ErrorCount, ...] = ()
    flagged_at: float = 0.5


@dataclass(frozen=True, slots=True)
class DateWorth:
    """Nats, towards AI-generated, of a text first seen before chat models; `grey_nats` in the years just before."""

    nats: float = -7.0
    grey_nats: float = -4.6
    basis: Literal["measured", "assumed"] = "assumed"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Signal values to nats, nats to origins. `models` are the digests of the language models it was fitted on.

    `llr_bound` bounds the evidence behind a score, so that no score is 0 or 1; `lead` is the margin in nats above
    its threshold by which one axis must exceed the other when both are high.
    """

    format: int = 0
    version: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    ai: Axis = field(default_factory=Axis)
    mt: Axis = field(default_factory=Axis)
    first_seen: DateWorth = field(default_factory=DateWorth)
    lead: float = 1.0
    llr_bound: float = 10.0
    notes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """The calibration in a JSON file. Raises ConfigError when it cannot be read, or is of another format."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot read the calibration: {error.strerror}") from error
        except ValueError as error:
            raise ConfigError(f"{path}: not valid JSON: {error}") from error
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise ConfigError(f"{path}: no calibration of format {FORMAT}; fit it with `provenance train calibration`")
        return load_config(cls, values, str(path))

    def dumps(self) -> str:
        """The JSON text that `load` reads."""
        return json.dumps(to_plain(self), indent=1, ensure_ascii=False) + "\n"

    def axis(self, name: Literal["ai", "mt"]) -> Axis:
        """One axis by its name."""
        return self.ai if name == "ai" else self.mt

    def check_models(self, digests: Mapping[str, str], *, weightless: Collection[str] = ()) -> None:
        """Raises ConfigError when a language model it was fitted on is missing, or is another one, in `digests`.

        Those named in `weightless` are worth nothing here, and may be others.
        """
        for model, digest in self.models.items():
            if model not in weightless and digests.get(model) != digest:
                raise ConfigError(
                    f"the calibration {self.version} was fitted on model {model} with digest {digest}, not on "
                    f"{digests.get(model)}; fit it again with `provenance train calibration`, or restore the model"
                )


@functools.cache
def load_calibration(folder: Path | None) -> Calibration:
    """The calibration of a models folder, loaded once per process; null means the shipped one.

    Raises ConfigError when there is none, or it was fitted on other language models.
    """
    models = load_models(folder)
    model = find_model(models, "calibration")
    if model is None:
        raise ConfigError(f"{folder}: no model of kind calibration; make one with `provenance train calibration`")
    loaded = Calibration.load(model.path)
    families = [known.name for known in models if known.kind == "lr_family"]
    loaded.check_models({known.name: known.sha256 for known in models}, weightless=families)
    return loaded
