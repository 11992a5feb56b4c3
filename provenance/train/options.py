"""What a calibration is fitted from: the signals and marks of both axes; the defaults are the published recipe."""

from dataclasses import dataclass, field

from provenance.train.genre_reference import GenreOptions
from provenance.train.marks import MarkOptions
from provenance.train.reference import ReferenceOptions

SELF_DECLARED = "the page says so itself; there are no labelled pages to count on"
CLEANED = "only chat models leave it; makers of labelled sets take such leftovers out, so counts understate it"
HIDDEN = (
    "people who do not mean to deceive hardly have a use for it; no labelled set has it, and human text is hidden "
    "so as well, so it is worth little, and that from five in a text on"
)
CALQUED = (
    "13 to 20 calques in a million words of machine translation, at most 2 in original English (docs/calques.md); "
    "forms that originals had were struck out, so the counts flatter"
)
LEFT = "rates in WMT 2022 and MLQE, capped far below them: those sets decided what is looked for (docs/signals.md)"
MULTI_WAY = (
    "Thompson et al. 2024: sentences in many languages are mostly machine-translated; no labelled pages to count on, "
    "and sites with paid translators have many languages, too"
)
# What else is measured added nothing on sets left out: docs/detection.md.
AI_SIGNALS = ("lr_ai_logit", "lm_ai_llr", "lm_human_nats")
MT_SIGNALS = ("lr_translated_logit", "lr_crude_logit", "lm_mt_llr")
AI_MARKS = (
    MarkOptions("phrase_decisive", "phrase_decisive_count", (1.0, 2.0), assumed=(4.0, 5.0), why=CLEANED),
    MarkOptions("phrase_strong", "phrase_strong_count", bound=3.0),
    MarkOptions("disclosure", "disclosure_ai", (0.5, 1.0), declares_from=1.0, assumed=(1.5, 6.0), why=SELF_DECLARED),
    MarkOptions("unicode_invisible", "unicode_invisible", (5.0,), assumed=(1.0,), why=HIDDEN),
    MarkOptions("unicode_confusables", "unicode_confusables", (5.0,), assumed=(1.0,), why=HIDDEN),
)
MT_MARKS = (
    MarkOptions("calque", "calque_count", (1.0, 2.0, 4.0), assumed=(1.5, 3.0, 4.0), why=CALQUED),
    MarkOptions("markup", "markup_translated", (0.5, 1.0), declares_from=1.0, assumed=(1.5, 5.0), why=SELF_DECLARED),
    MarkOptions("residue", "residue_count", (1.0, 3.0), assumed=(2.0, 3.0), why=LEFT),
    MarkOptions("convention", "convention_count", (1.0, 3.0), assumed=(1.0, 1.5), why=LEFT),
    MarkOptions("loop", "loop_count", (1.0, 2.0), assumed=(0.5, 1.5), why=LEFT),
    MarkOptions(
        "parallelism", "parallel_translation", (3.0, 6.0, 12.0), scores_from=6.0, assumed=(0.5, 1.2, 2.0), why=MULTI_WAY
    ),
)


@dataclass(frozen=True, slots=True)
class AxisOptions:
    """The numeric signals of an axis, the first one being that without which nothing is measured, and its marks.

    `negatives` are the labels the weights are fitted against; marks are counted on every label of the other side.
    With `genres` the thresholds are set for each genre of the reference apart.
    """

    signals: tuple[str, ...] = ()
    marks: tuple[MarkOptions, ...] = ()
    reference: ReferenceOptions = field(default_factory=ReferenceOptions)
    negatives: tuple[str, ...] = ("human", "original")
    genres: GenreOptions | None = None


@dataclass(frozen=True, slots=True)
class FitOptions:
    """`edges` are the lower bounds of the length strata in words; `strength` is scikit-learn's C."""

    ai: AxisOptions = field(default_factory=lambda: AxisOptions(AI_SIGNALS, AI_MARKS, genres=GenreOptions()))
    mt: AxisOptions = field(default_factory=lambda: AxisOptions(MT_SIGNALS, MT_MARKS))
    edges: tuple[int, ...] = (80,)
    strength: float = 1.0
    clip: float = 6.0
    min_documents: int = 100
    version: str = "custom"
