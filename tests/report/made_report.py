"""A report's data with every section filled, made from scores of known truth."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl

from provenance.report import (
    EVIDENCE_COUNTS,
    KIND_COUNTS,
    MODELS,
    REASON_COUNTS,
    SHARDS,
    CopySearchFigures,
    Estimate,
    Evidence,
    Example,
    ReportData,
    Span,
    Totals,
    count_origins,
    count_scores,
)
from provenance.stats import StatsOptions, describe_estimand, estimate_ratio
from tests.stats.made_scores import error_rates, scored_documents

ATTACK = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
TRANSLATED = (
    "In the spring many visitors came to the museum. The exhibition shows how the hamster buying of the year began, "
    "and with which means the town has reacted thereon. The entry is free, a guiding takes place on every Sunday."
)
GENERATED = (
    "Certainly! Here is a balanced overview of the topic. In today's fast-paced world, it is important to note that "
    "gardens play a vital role. " * 12
)


@cache
def made_scores(n: int = 4000) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    early = scored_documents(n // 2, 0.01, 0.04, seed=1, hosts=120)
    late = scored_documents(n // 2, 0.22, 0.06, seed=2, hosts=120)
    frame = pl.concat(
        [early.with_columns(crawl=pl.lit("CC-MAIN-2019-30")), late.with_columns(crawl=pl.lit("CC-MAIN-2025-30"))]
    ).drop("month", "language")
    days = rng.integers(0, 150, frame.height)
    starts = np.where(frame["crawl"].to_numpy() == "CC-MAIN-2019-30", 2019, 2025)
    times = [datetime(y, 3, 1, tzinfo=UTC) + timedelta(days=int(d)) for y, d in zip(starts, days, strict=True)]
    languages = rng.choice(["en", "de", "fr", "es", "ja"], p=[0.5, 0.2, 0.15, 0.14, 0.01], size=frame.height)
    return frame.with_columns(fetch_time=pl.Series(times), language=pl.Series(languages))


def example(origin: str, text: str, **fields: object) -> Example:
    defaults: dict[str, object] = {
        "doc_id": "<urn:uuid:00000000-0000-4000-8000-000000000001>",
        "url": "https://museum.example/exhibitions/spring?lang=en",
        "crawl": "CC-MAIN-2025-30",
        "language": "en",
        "captured": "2025-07-12",
        "n_words": 212,
        "ai_score": 0.97,
        "mt_score": None,
        "warc_filename": "crawl-data/CC-MAIN-2025-30/segments/1/warc/part-00000.warc.gz",
        "warc_record_offset": 1234567,
        "warc_record_length": 8901,
    }
    return Example(origin=origin, text=text, **(defaults | fields))


def made_examples() -> tuple[Example, ...]:
    start = TRANSLATED.index("hamster buying")
    calque = Span(start, start + 14, "calque", "German Hamsterkauf: panic buying")
    phrase = Span(0, 10, "phrase", "opening of a chat answer")
    return (
        example(
            "ai_generated",
            GENERATED,
            evidence=(
                Evidence("phrase", 1.0, 4.2, "“Certainly! Here is”: opening of a chat answer"),
                Evidence("lm_ai", 1.3, 3.1, "reads like generated text: 1.3 bits a word more probable"),
                Evidence("burstiness", 0.8, -0.4, "sentences vary as people's do"),
            ),
            spans=(phrase,),
        ),
        example(
            "machine_translated",
            TRANSLATED,
            ai_score=0.12,
            mt_score=0.91,
            evidence=(Evidence("calque", 1.0, 3.4, "“hamster buying”: German Hamsterkauf, panic buying"),),
            spans=(calque,),
        ),
        example(
            "human",
            "We walked up the hill at six. Rain, of course.\nNobody minded; Ada had brought the stove.",
            ai_score=0.01,
        ),
    )


@cache
def made_ratio() -> pl.DataFrame:
    return estimate_ratio(
        made_scores(),
        ["language", "url_host_registered_domain", "month", "crawl"],
        errors=error_rates(),
        options=StatsOptions(draws=50, max_groups=6),
    )


def made_report(**changes: object) -> ReportData:
    scored = made_scores()
    counts = {"media_type": 310, "http_status": 120, "no_text": 64, "truncated_record": 3}
    fields: dict[str, object] = {
        "crawls": ("CC-MAIN-2019-30", "CC-MAIN-2025-30"),
        "version": "0.1.0",
        "config_digest": "0f3a9c1b2d4e5f60",
        "models_digest": "a1b2c3d4e5f60718",
        "seed": 1,
        "estimand": describe_estimand(StatsOptions()),
        "totals": Totals(2, 4497, 4000, 497, 3300, 700, 1_200_000, 420, 812_345_678, 2048),
        "ratio": made_ratio(),
        "origins": count_origins(scored.lazy()).collect(),
        "scores": count_scores(scored.lazy()).collect(),
        "evidence": pl.DataFrame(
            [
                ["lm_ai", 3900, 1200, 0.4, 6.1, "reads like generated text: 2.1 bits a word more probable"],
                ["calque", 12, 12, 3.2, 6.4, "“hamster buying”: German Hamsterkauf, panic buying"],
                ["phrase", 40, 40, 3.9, 8.8, "“As an AI language model”: a chat model speaks of itself"],
            ],
            schema=EVIDENCE_COUNTS,
            orient="row",
        ),
        "rejects": pl.DataFrame(list(counts.items()), schema=REASON_COUNTS, orient="row"),
        "left_out": pl.DataFrame([("near_duplicate", 410), ("ai_score", 290)], schema=REASON_COUNTS, orient="row"),
        "duplicates": pl.DataFrame([("unique", 3500), ("near", 300), ("exact", 200)], schema=KIND_COUNTS, orient="row"),
        "copies": (
            CopySearchFigures(
                crawls="CC-MAIN-2019-30, CC-MAIN-2025-30",
                n_removed=2410,
                share_of_documents=0.6025,
                share_of_words=0.431,
                precision=Estimate(0.96, 0.943, 0.972, 812),
                recall=Estimate(0.91, 0.88, 0.934, 455),
                largest=((180, 0.045, "This site uses cookies. By continuing you agree."), (12, 0.003, ATTACK)),
                warnings=("60% of the documents are removed: 2,410 of 4,000",),
            ),
        ),
        "examples": made_examples(),
        "models": pl.DataFrame(
            [
                ("lm-en-ai", "lm_ai", "en", "Apache-2.0", "ab" * 32),
                ("lid.176.ftz", "language_identifier", None, "CC BY-SA 3.0", "cd" * 32),
            ],
            schema=MODELS,
            orient="row",
        ),
        "shards": pl.DataFrame(
            [
                ("CC-MAIN-2019-30", "part-00000", 2200, 2000, 200, 400_000_000, 0, True, ""),
                (
                    "CC-MAIN-2025-30",
                    "part-00000",
                    2297,
                    2000,
                    297,
                    412_345_678,
                    2048,
                    False,
                    "the file ends inside a record",
                ),
            ],
            schema=SHARDS,
            orient="row",
        ),
    }
    return ReportData(**(fields | changes))
