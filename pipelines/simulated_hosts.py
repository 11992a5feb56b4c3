"""Hosts of simulated crawls, and the stocks of texts that their pages are taken from."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.stats import beta

from pipelines.simulated_texts import NEW_GENERATOR

REGISTERS = {"en": {"news": 0.27, "qa": 0.25, "review": 0.24, "fiction": 0.14, "science": 0.10}}
DOMAINS = {"en": ("com", "com", "com", "org", "net", "co.uk", "edu"), "de": ("de", "de", "com"), "fr": ("fr", "com")}


@dataclass(frozen=True, slots=True)
class SeriesOptions:
    """How hosts and pages are drawn."""

    pages_per_host: float = 9.0
    stayers: float = 0.4  # of a crawl's hosts, those that are in every crawl
    returning: float = 0.15  # chance that another host is in a crawl
    recaptured: float = 0.3  # of a host's pages, where it has earlier ones
    size_spread: float = 0.7  # standard deviation of the logarithm of host sizes
    ai_leaning: float = 2.0  # concentration of the Beta distribution: small is a few hosts with much
    mt_leaning: float = 2.0


@dataclass(slots=True)
class Host:
    """What pages of a host have in common, and those captured so far."""

    name: str
    register: str
    size: float
    stays: bool
    leaning: tuple[float, float]  # quantiles among hosts, of AI-generated and of translated text
    generator: str
    modern: bool  # has the newest generator as soon as there is one
    source_language: str
    pages: list[tuple[str, int]] = field(default_factory=list)  # url and key of the text

    def lean(self, shares: tuple[float, float], options: SeriesOptions) -> tuple[float, float]:
        """Its own shares where those of all hosts have this mean."""
        ai = _find_quantile(self.leaning[0], shares[0], options.ai_leaning)
        return ai, (1 - ai) * _find_quantile(self.leaning[1], shares[1] / (1 - shares[0]), options.mt_leaning)


class Stocks:
    """Keys of unused texts by origin and stock; where a stock is used up, another one of that origin gives.

    When all of an origin are used up (other languages than English) they come once more, as copies on other hosts.
    """

    def __init__(self, texts: pl.DataFrame, rng: np.random.Generator) -> None:
        self._whole: dict[str, dict[str, list[int]]] = defaultdict(dict)
        for (origin, stock), part in texts.group_by("origin", "stock", maintain_order=True):
            self._whole[str(origin)][str(stock)] = rng.permutation(part["key"].to_numpy()).tolist()
        self._left: dict[str, dict[str, list[int]]] = {}
        self._rng = rng

    def names(self, origin: str) -> list[str]:
        """The stocks of an origin."""
        return list(self._whole[origin])

    def take(self, origin: str, stock: str) -> int:
        """The key of a text that no page has yet."""
        left = self._left.get(origin) or {name: list(keys) for name, keys in self._whole[origin].items()}
        key = left[stock if stock in left else str(self._rng.choice(sorted(left)))].pop()
        self._left[origin] = {name: keys for name, keys in left.items() if keys}
        return key


def make_hosts(
    stocks: Stocks, language: str, pages: int, rng: np.random.Generator, options: SeriesOptions
) -> list[Host]:
    """So many hosts that a crawl of `pages` pages has `pages_per_host` of each that is in it, about."""
    n_stay = round(pages / options.pages_per_host * options.stayers)
    n_other = round(pages / options.pages_per_host * (1 - options.stayers) / options.returning)
    mix = REGISTERS.get(language) or dict.fromkeys(stocks.names("human"), 1 / len(stocks.names("human")))
    # which generators the web uses is not known beforehand: each series has its own mix of them
    generators = [name for name in stocks.names("ai_generated") if name != NEW_GENERATOR] or [NEW_GENERATOR]
    weights = rng.dirichlet(np.ones(len(generators)))
    return [
        Host(
            name=f"site{number:03}-{language}-example.{rng.choice(DOMAINS[language])}",
            register=str(rng.choice(list(mix), p=list(mix.values()))),
            size=float(np.exp(rng.normal(0, options.size_spread))),
            stays=number < n_stay,
            leaning=(rng.random(), rng.random()),
            generator=str(rng.choice(generators, p=weights)),
            modern=rng.random() < 0.5,
            source_language=str(rng.choice(stocks.names("machine_translated"))),
        )
        for number in range(n_stay + n_other)
    ]


def _find_quantile(quantile: float, share: float, concentration: float) -> float:
    return float(beta.ppf(quantile, share * concentration, (1 - share) * concentration)) if share else 0.0
