"""How long a text is in one language against another, in characters.

The ratios to English are medians over the 123 documents of NTREX-128 (Federmann, Kocmi and Xin 2022), human
translations of English news; of 123 documents the middle 96 % lie within 17 % of the median of their language, Chinese
and Japanese within 32 %. Korean, Hebrew, Arabic, Persian and Thai were not measured: their ratios are rough.
"""

RATIOS = {
    "en": 1.0, "cs": 0.97, "de": 1.20, "es": 1.16, "fi": 1.09, "fr": 1.18, "hu": 1.12, "it": 1.17, "ja": 0.45,
    "nl": 1.18, "pl": 1.12, "pt": 1.12, "ru": 1.11, "sv": 1.01, "tr": 1.06, "uk": 1.06, "zh": 0.35, "ko": 0.52,
    "he": 0.80, "ar": 0.88, "fa": 0.95, "th": 0.95,
}  # fmt: skip
OTHER = 1.08  # a language that is not listed: the median of those in letters
WHOLE = 0.6  # of the expected length: a version that has less is partial
LEAST = 0.12  # shorter ones are another page


def expected_length(language: str) -> float:
    """Characters of a text in a language for each one of its English version."""
    return RATIOS.get(language, OTHER)
