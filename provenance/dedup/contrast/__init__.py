"""Near duplicates that differ in a deliberate flip, and are to be kept both."""

from provenance.dedup.contrast.cues import LANGUAGES, ContrastKind
from provenance.dedup.contrast.pairs import CONTRAST_DTYPE, Contrast, find_contrast, flag_contrasts

__all__ = ["CONTRAST_DTYPE", "LANGUAGES", "Contrast", "ContrastKind", "find_contrast", "flag_contrasts"]
