"""A plausible ten-crawl series with all that stands beside it; figures follow formulas, intervals their sizes."""

from collections.abc import Sequence
from math import sqrt

import polars as pl

from provenance.report import schemas

CRAWLS = (
    "CC-MAIN-2019-30", "CC-MAIN-2020-29", "CC-MAIN-2021-31", "CC-MAIN-2022-33", "CC-MAIN-2023-06",
    "CC-MAIN-2023-40", "CC-MAIN-2024-10", "CC-MAIN-2024-33", "CC-MAIN-2025-05", "CC-MAIN-2025-30",
)  # fmt: skip
AI = (0.0, 0.001, 0.0, 0.002, 0.012, 0.035, 0.058, 0.083, 0.112, 0.146)
MT = (0.062, 0.064, 0.067, 0.066, 0.071, 0.072, 0.075, 0.081, 0.084, 0.089)
LANGUAGES = {
    "en": 1.2,
    "de": 0.8,
    "fr": 0.9,
    "es": 1.0,
    "pt": 1.1,
    "it": 0.7,
    "nl": 0.6,
    "pl": 0.8,
    "ja": 0.4,
    None: 0.5,
}
OTHER_GROUPS = {
    "domain_class": {"company": 1.3, "education": 0.2, "government": 0.1, "media": 0.7, "organisation": 0.6},
    "top_level_domain": {"com": 1.2, "org": 0.6, "de": 0.8, "net": 1.1, "info": 1.8, "edu": 0.2, "xn--p1ai": 0.9},
    "length": {"80-199": 1.3, "200-499": 1.1, "500-1,999": 0.9, "2,000+": 0.6},
    "site_type": {"shop": 1.6, "blog": 1.4, "news": 0.6, "forum": 0.2, "encyclopaedia": 0.1},
}
SERIES = {"all_hosts": 1.0, "same_hosts": 0.7, "first_seen": 1.4}


def interval(share: float, n: int) -> tuple[float, float]:
    """Bounds of a share of `n` documents of few hosts, within 0 and 1."""
    half = 1.96 * sqrt((share * (1 - share) + 2 / n) * 8 / n)
    return max(0.0, share - half), min(1.0, share + half)


def trend_row(
    series: str, period: int, columns: Sequence[str], values: Sequence[str | None], factor: float, n: int
) -> dict[str, object]:
    ai, mt = (min(0.9, figures[period] * factor) for figures in (AI, MT))
    row: dict[str, object] = {"series": series, "period": CRAWLS[period], "group_columns": list(columns)}
    row |= {"group_values": list(values), "unit": "documents", "n_documents": n, "n_measured": n, "n_hosts": n // 9}
    for origin, share in (("human", 1 - ai - mt), ("ai_generated", ai), ("machine_translated", mt)):
        low, high = interval(share, n)
        row |= {
            f"{origin}_share": share * 0.8 + 0.01,
            f"{origin}_prevalence": share,
            f"{origin}_low": low,
            f"{origin}_high": high,
        }
    ratio = (1 - ai - mt) / (ai + mt)
    row |= {
        f"human_to_synthetic_ratio{end}": ratio * times for end, times in (("", 1.0), ("_low", 0.8), ("_high", 1.3))
    }
    return row | {"estimable": True, "why": None}


def made_trend() -> pl.DataFrame:
    """Three series over all documents, and all hosts by five groupings; one group is too small for two periods."""
    periods = range(len(CRAWLS))
    rows = [trend_row(series, i, (), (), factor, 10_000) for series, factor in SERIES.items() for i in periods]
    groupings = {"language": LANGUAGES} | OTHER_GROUPS
    for column, groups in groupings.items():
        for place, (value, factor) in enumerate(groups.items()):
            rows += [trend_row("all_hosts", i, (column,), (value,), factor, 3000 // (place + 1)) for i in periods]
    rows.append(trend_row("all_hosts", 9, ("language",), ("sw",), 1.0, 40))
    return pl.DataFrame(rows, schema=schemas.TREND)


def made_controls() -> pl.DataFrame:
    """A passing control over all documents, one failing stratum, one too small; and five mixtures of each origin."""

    def row(
        control: str,
        origin: str,
        columns: Sequence[str],
        values: Sequence[str | None],
        true: float | None,
        share: float,
        n: int,
        passed: bool | None,
        why: str | None = None,
    ) -> dict[str, object]:
        low, high = interval(share, n)
        return {
            "control": control, "origin": origin, "group_columns": list(columns), "group_values": list(values),
            "source": "same_run" if control == "negative" else "shipped", "n_documents": n, "n_hosts": n // 9,
            "true_share": true, "share": 0.012 + 0.7 * share, "prevalence": share, "low": low, "high": high,
            "passed": passed, "why": why,
        }  # fmt: skip

    rows = [row("negative", "ai_generated", (), (), 0.0, 0.001, 40_000, True)]
    for place, language in enumerate(list(LANGUAGES)[:7]):
        failed = language == "pt"
        share, why = (0.031, "the interval does not reach zero") if failed else (0.0004 * place, None)
        rows.append(
            row(
                "negative", "ai_generated", ("language",), (language,), 0.0, share, 9000 // (place + 1), not failed, why
            )
        )
    rows.append(row("negative", "ai_generated", ("language",), ("ja",), 0.0, 0.02, 60, None, "60 documents only"))
    for value in OTHER_GROUPS["site_type"]:
        rows.append(row("negative", "ai_generated", ("site_type",), (value,), 0.0, 0.0008, 5000, True))
    for origin, bias in (("ai_generated", 1.04), ("machine_translated", 0.9)):
        for true in (0.0, 0.01, 0.05, 0.2, 0.5):
            rows.append(row("spike", origin, (), (), true, true * bias, 2000, origin == "ai_generated" or true < 0.5))
    return pl.DataFrame(rows, schema=schemas.CONTROLS)


def made_sensitivity() -> pl.DataFrame:
    """Both origins under miss rates of 5 to 95 %, with the measured one among them."""
    rows = []
    for origin, flagged, false, measured in (
        ("ai_generated", 0.096, 0.01, 0.36),
        ("machine_translated", 0.06, 0.02, 0.55),
    ):
        for miss_rate in sorted({*(step / 20 for step in range(1, 19)), measured}):
            share = (flagged - false) / (1 - miss_rate - false) if miss_rate < 0.9 else None
            low, high = (None, None) if share is None else (share * 0.8, min(1.0, share * 1.25))
            rows.append((origin, miss_rate, false, share, low, high, miss_rate == measured))
    return pl.DataFrame(rows, schema=schemas.SENSITIVITY, orient="row")


def made_drift() -> pl.DataFrame:
    """Gaps that follow the classifier in English, stay behind in German, and run ahead in Japanese."""
    rows = []
    for language, times, word in (
        ("en", 0.7, "delve"),
        ("de", 0.2, "nahtlos"),
        ("fr", 0.6, "crucial"),
        ("ja", 6.0, "包括的"),
    ):
        for period, crawl in enumerate(CRAWLS[2:], 2):
            gap = max(0.001, AI[period] * times * LANGUAGES[language])
            low, high = interval(gap, 4000)
            rows.append((language, crawl, 4000, round(400 * gap), word, gap, low, high))
    return pl.DataFrame(rows, schema=schemas.DRIFT, orient="row")


def made_excess() -> pl.DataFrame:
    words = {
        "en": ("delve", "crucial", "comprehensive", "underscores", "pivotal", "tapestry"),
        "de": ("nahtlos", "entscheidend"),
        "fr": ("crucial",),
        "ja": ("包括的",),
    }
    rows = []
    for language, found in words.items():
        for place, word in enumerate(found):
            gap = 0.08 / (place + 1)
            low, high = interval(gap, 4000)
            rows += [
                (
                    language,
                    crawl,
                    word,
                    round(4000 * (gap + 0.02)),
                    4000,
                    gap + 0.02,
                    0.02,
                    gap,
                    1 + gap / 0.02,
                    low,
                    high,
                )
                for crawl in CRAWLS[-2:]
            ]
    return pl.DataFrame(rows, schema=schemas.EXCESS, orient="row")


def made_shift() -> pl.DataFrame:
    odds = {
        "language": {"en": 1.31, "de": 0.94, "fr": 1.02, "es": 0.88, "sw": 0.42, None: 0.61},
        "top_level_domain": {"com": 0.9, "org": 1.4, "edu": 2.2, "info": 0.55},
        "length": {"under 80": 0.3, "80-199": 0.85, "200-499": 1.15, "500-1,999": 1.3, "2,000+": 1.22},
        "country_english": {"English not official in the country": 0.71, "all other English": 1.41},
        "predictable": {"most predictable third": 0.8, "middle third": 1.05, "least predictable third": 1.2},
    }
    rows = []
    for name, values in odds.items():
        for place, (value, ratio) in enumerate(values.items()):
            n, wide = 9000 // (place + 1), 1.06 + 0.05 * place
            kept = round(n * 0.6 * ratio / (1 + 0.6 * (ratio - 1)))
            rows.append((name, value, n, kept, n / 20_000, kept / 12_000, ratio, ratio / wide, ratio * wide))
    rows.append(("genre", "news", 40, 40, 0.002, 0.003, None, None, None))
    return pl.DataFrame(rows, schema=schemas.SHIFT, orient="row")


def made_errors() -> pl.DataFrame:
    """Rates of a dozen sets on both sides, of one axis in two languages."""
    human = {
        "news": 0.01,
        "reviews": 0.02,
        "law": 0.03,
        "fiction": 0.06,
        "learners' essays (TOEFL)": 0.07,
        "college essays": 0.19,
        "encyclopaedia": 0.37,
    }
    found = {
        "gpt-3.5": 0.93,
        "gpt-4": 0.86,
        "gpt-4o": 0.71,
        "claude-3.5-haiku": 0.52,
        "gemini-2.5-flash": 0.48,
        "humanised text": 0.05,
    }
    rows: list[tuple[object, ...]] = []
    for axis, language, factor in (("ai", "en", 1.0), ("ai", "de", 0.8), ("mt", "en", 0.6)):
        for side, groups in (("human", human), ("synthetic", found)):
            rates = {group: rate * factor for group, rate in groups.items()}
            mean = sum(rates.values()) / len(rates)
            rows.append(
                (
                    axis,
                    language,
                    None,
                    side,
                    400 * len(rates),
                    round(400 * mean * len(rates)),
                    mean,
                    *interval(mean, 200),
                )
            )
            rows += [
                (axis, language, g, side, 400, round(400 * rate), rate, *interval(rate, 3000))
                for g, rate in rates.items()
            ]
    return pl.DataFrame(rows, schema=schemas.ERRORS, orient="row")


def made_reliability() -> pl.DataFrame:
    rows = []
    for axis, bend in (("ai", 1.1), ("mt", 0.8)):
        for bin_ in range(10):
            score = 0.05 + 0.1 * bin_
            share = score**bend
            rows.append((axis, score, share, *interval(share, 900), 4000 // (bin_ + 1)))
    return pl.DataFrame(rows, schema=schemas.RELIABILITY, orient="row")


def made_series() -> dict[str, object]:
    """The fields of a report over ten crawls that a report of one run lacks."""
    return {
        "trend": made_trend(), "controls": made_controls(), "sensitivity": made_sensitivity(), "drift": made_drift(),
        "excess": made_excess(), "shift": made_shift(), "errors": made_errors(), "reliability": made_reliability(),
        "tables": "report_files",
    }  # fmt: skip
