"""What a user may set about verdicts; thresholds and weights are measured and live in the calibration."""

from dataclasses import dataclass
from datetime import date

CHATBOT_RELEASE = date(2022, 11, 30)  # ChatGPT: before it, generated web text was rare
LANGUAGE_MODEL = date(
    2019, 2, 14
)  # GPT-2: after it, generated web text was possible; since GPT-3 (2020-06-11) at length


@dataclass(frozen=True, slots=True)
class VerdictOptions:
    """Prior beliefs and limits of judging.

    `prior_ai` and `prior_mt` are the shares of AI-generated and of machine-translated documents expected before
    looking at a text. Shorter texts than `min_words` get no score, unless the page itself declares its origin; nor do
    texts of which less than `min_prose` stands in running sentences (0.4 refuses code, tables, verse and lists, and of
    human prose less than 1 % of each genre: docs/signals.md).
    A text first seen before `first_seen_cutoff` is held not to be AI-generated, less firmly since `grey_since`. Of a
    first-seen index, copies count that are at least `first_seen_similarity` alike, and never more than in the grey
    years: what differs may have been written since (an estimate of 0.95 from 128 values means 0.91 or more at two
    standard deviations: at most a tenth of the shingles new).
    The family of an AI-generated text is named, in the `Verdict` of one text, where its share is above `family_share`;
    1.0 names none: the shipped models are wrong too often on generators they have not learned
    (docs/generator-family.md).
    """

    prior_ai: float = 0.1
    prior_mt: float = 0.1
    min_words: int = 80
    min_prose: float = 0.4
    first_seen_cutoff: date = CHATBOT_RELEASE
    grey_since: date = LANGUAGE_MODEL
    first_seen_similarity: float = 0.95
    family_share: float = 1.0

    def __post_init__(self) -> None:
        for name in ("prior_ai", "prior_mt"):
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, both excluded, not {value!r}")
        if self.min_words < 0:
            raise ValueError(f"min_words must not be negative, not {self.min_words!r}")
        if not 0.0 <= self.min_prose <= 1.0:
            raise ValueError(f"min_prose must lie between 0 and 1, not {self.min_prose!r}")
        if not 0.0 <= self.family_share <= 1.0:
            raise ValueError(f"family_share must lie between 0 and 1, not {self.family_share!r}")
        if not 0.0 < self.first_seen_similarity <= 1.0:
            raise ValueError(f"first_seen_similarity must be above 0 and at most 1, not {self.first_seen_similarity!r}")
        if self.grey_since > self.first_seen_cutoff:
            raise ValueError(
                f"grey_since {self.grey_since} must not lie after first_seen_cutoff {self.first_seen_cutoff}"
            )
