"""Which page of which simulated crawl holds which text: hosts, panel, recaptures, and shares of known size.

A host has a register, a size, one generator, one source language, and a leaning of its own towards AI-generated text
and towards translations, Beta distributed around the share of the time: so hosts are alike within, and shares are
carried by few of them. People's text comes from the same mix of registers in all crawls.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from pipelines.simulated_hosts import Host, SeriesOptions, Stocks, make_hosts
from pipelines.simulated_texts import NEW_GENERATOR

CRAWLS = {  # name: shares of AI-generated and of machine-translated text among pages that are new in it
    "CC-MAIN-2019-30": (0.0, 0.05), "CC-MAIN-2020-29": (0.0, 0.055), "CC-MAIN-2021-31": (0.0, 0.06),
    "CC-MAIN-2022-27": (0.0, 0.065), "CC-MAIN-2022-49": (0.01, 0.07), "CC-MAIN-2023-23": (0.03, 0.075),
    "CC-MAIN-2023-50": (0.06, 0.08), "CC-MAIN-2024-30": (0.12, 0.085), "CC-MAIN-2025-05": (0.20, 0.09),
    "CC-MAIN-2025-38": (0.30, 0.10),
}  # fmt: skip
NEW_SINCE = "CC-MAIN-2024-30"  # from here on half of the hosts use the newest generator
PAGES = {"en": 800, "de": 100, "fr": 45}
AI_SHARE = {"en": 1.0, "de": 0.4, "fr": 0.4}  # of that of the crawl; there are few texts of other languages
ORIGINS = ("ai_generated", "machine_translated", "human")
COLUMNS = ("crawl", "language", "url", "url_host_name", "fetch_time", "key")
Shares = tuple[float, float]


def make_series(texts: pl.DataFrame, seed: int, options: SeriesOptions | None = None) -> pl.DataFrame:
    """All pages of a series: crawl, language, url, url_host_name, fetch_time, key (of `texts`)."""
    parts = [
        _make_language(texts.filter(language=language), language, np.random.default_rng((seed, number)), options)
        for number, language in enumerate(PAGES)
    ]
    return pl.concat(parts)


def _make_language(
    texts: pl.DataFrame, language: str, rng: np.random.Generator, options: SeriesOptions | None
) -> pl.DataFrame:
    options, stocks, rows = options or SeriesOptions(), Stocks(texts, rng), []
    hosts = make_hosts(stocks, language, PAGES[language], rng, options)
    for crawl, (ai, mt) in CRAWLS.items():
        present = [host for host in hosts if host.stays or rng.random() < options.returning]
        sizes = np.array([host.size for host in present])
        for host, n in zip(present, rng.multinomial(PAGES[language], sizes / sizes.sum()), strict=True):
            again = _recapture(host, n, rng, options)
            chances = host.lean((ai * AI_SHARE[language], mt), options)
            new = _add_pages(host, n - len(again), crawl, chances, stocks, rng)
            rows += [(crawl, language, url, host.name, _draw_time(crawl, rng), key) for url, key in again + new]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _recapture(host: Host, n: int, rng: np.random.Generator, options: SeriesOptions) -> list[tuple[str, int]]:
    """Pages that the host had before, unchanged."""
    again = min(int(rng.binomial(n, options.recaptured)), len(host.pages))
    return [host.pages[i] for i in rng.permutation(len(host.pages))[:again].tolist()]


def _add_pages(
    host: Host, n: int, crawl: str, chances: Shares, stocks: Stocks, rng: np.random.Generator
) -> list[tuple[str, int]]:
    """New pages; `chances` are those of AI-generated and of machine-translated text."""
    stock = {
        "human": host.register,
        "machine_translated": host.source_language,
        "ai_generated": NEW_GENERATOR if host.modern and crawl >= NEW_SINCE else host.generator,
    }
    origins = [ORIGINS[i] for i in rng.choice(3, n, p=[*chances, 1 - sum(chances)])]
    first = len(host.pages)
    new = [
        (f"https://{host.name}/page-{first + place:04}.html", stocks.take(origin, stock[origin]))
        for place, origin in enumerate(origins)
    ]
    host.pages.extend(new)
    return new


def _draw_time(crawl: str, rng: np.random.Generator) -> datetime:
    """Any second of the crawl's fortnight, which begins on Monday of the week in its name."""
    monday = datetime.fromisocalendar(int(crawl[8:12]), int(crawl[13:15]), 1).replace(tzinfo=UTC)
    return monday + timedelta(seconds=int(rng.integers(12 * 86_400)))
