"""What a user may set about verdicts; thresholds and weights are measured and live in the calibration."""

from dataclasses import dataclass
from datetime import date

CHATBOT_RELEASE = date(2022, 11, 30)  # ChatGPT: before it, generated web text was rare
LARGE_MODEL_API = date(2020, 6, 11)  # the GPT-3 interface: after it, generated web text was possible at some length


@dataclass(frozen=True, slots=True)
class VerdictOptions:
    """Prior beliefs and limits of judging.

    `prior_ai` and `prior_mt` are the shares of AI-generated and of machine-translated documents expected before
    looking at a text. Shorter texts than `min_words` get no score, unless the page itself declares its origin.
    A text first seen before `first_seen_cutoff` is held not to be AI-generated, less firmly since `grey_since`.
    """

    prior_ai: float = 0.1
    prior_mt: float = 0.1
    min_words: int = 80
    first_seen_cutoff: date = CHATBOT_RELEASE
    grey_since: date = LARGE_MODEL_API

    def __post_init__(self) -> None:
        for name in ("prior_ai", "prior_mt"):
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, both excluded, not {value!r}")
        if self.min_words < 0:
            raise ValueError(f"min_words must not be negative, not {self.min_words!r}")
        if self.grey_since > self.first_seen_cutoff:
            raise ValueError(
                f"grey_since {self.grey_since} must not lie after first_seen_cutoff {self.first_seen_cutoff}"
            )
