"""Sources that are synthetic on purpose: counted apart, exempt from the policy, or held to a share.

declared.toml::

    column = "source"                # the field of a sample that names its source

    [[sources]]
    name = "textbooks-v2"            # as in that field
    teacher = "Mixtral-8x7B-Instruct"
    why = "distilled textbooks"      # free: distilled, polarity pairs, translated on purpose, ...
    cap = 0.1                        # greatest share of what stays; left out: no limit
    share = 0.3                      # its share of the corpus as it lies, for caps in streams

A cap needs to know what else there is. Over a whole corpus (a sampler) that is counted. In a stream it follows from
`share`, and where that is not told it is held in each block, which is right only where sources are well mixed.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.adapters.loaders.scored import NOT_DECLARED
from provenance.errors import ConfigError

Weights01 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DeclaredSource:
    """A source that is synthetic on purpose, written by `teacher`.

    `cap`: the greatest share it may have of what stays (null: any); `share`: what it has of the corpus (null: unknown).
    """

    name: str
    teacher: str
    why: str = ""
    cap: float | None = None
    share: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("cap", self.cap), ("share", self.share)):
            if value is not None and not 0.0 <= value < 1.0:
                raise ConfigError(f"declared source {self.name!r}: {name} must be from 0 to below 1, not {value!r}")


@dataclass(frozen=True, slots=True)
class Declared:
    """The manifest: its sources, and the field of a sample that names its source."""

    sources: tuple[DeclaredSource, ...]
    column: str = "source"

    @classmethod
    def load(cls, path: Path | str) -> "Declared":
        """The manifest of a TOML file; ConfigError names what is wrong with it."""
        try:
            content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: the manifest of declared sources cannot be read ({error})") from error
        sources = content.pop("sources", [])
        column = content.pop("column", "source")
        if content or not isinstance(column, str) or not isinstance(sources, list) or not sources:
            raise ConfigError(
                f"{path}: a text `column` and tables [[sources]] are expected, nothing else {_said(content)}"
            )
        return cls(tuple(_make_source(path, source) for source in sources), column)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", tuple(self.sources))
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ConfigError(f"declared sources named twice: {', '.join(twice)}")

    def find(self, values: Sequence[object]) -> NDArray[np.int32]:
        """For each sample's value of `column` the number of its source, from 0; -1 where it is not declared."""
        numbers = {source.name: number for number, source in enumerate(self.sources)}
        return np.array(
            [numbers.get(value, NOT_DECLARED) if isinstance(value, str) else NOT_DECLARED for value in values], np.int32
        )

    def hold(self, weights: Weights01, declared: NDArray[np.int32], others: float | None = None) -> Weights01:
        """Weights lowered for capped sources, so that each has at most its cap of the sum of all.

        `others` is the mean weight of what is not declared, in a stream: sources that tell their share are lowered by
        it alone. Null: the rows given are the whole corpus. One row alone is never capped by what stands beside it.
        """
        capped = [n for n, source in enumerate(self.sources) if source.cap is not None]
        if not np.isin(declared, capped).any():
            return weights
        held = weights.copy()
        told = [n for n in capped if others is not None and self.sources[n].share is not None]
        for number, factor in self._lower_told(told, others or 0.0).items():
            held[declared == number] *= factor
        rest = [n for n in capped if n not in told]
        if len(weights) > 1:
            sums = {n: float(held[declared == n].sum()) for n in rest}
            for number, factor in self._lower(sums, float(held.sum())).items():
                held[declared == number] *= factor
        return held

    def _lower_told(self, told: Sequence[int], others: float) -> dict[int, float]:
        """Factors from the shares in the manifest; sources without one count among the others."""
        sums = {n: share for n in told if (share := self.sources[n].share) is not None}
        return self._lower(sums, sum(sums.values()) + max(0.0, 1.0 - sum(sums.values())) * others)

    def _lower(self, sums: Mapping[int, float], whole: float) -> dict[int, float]:
        """Factors from 0 to 1 by which sums that are more than their caps allow come down to them."""
        over: dict[int, float] = {}
        while True:
            free, taken = whole - sum(sums[n] for n in over), sum(over.values())
            stays = max(free, 0.0) / (1.0 - taken) if taken < 1.0 else 0.0
            caps = {n: cap for n in sums if n not in over and (cap := self.sources[n].cap) is not None}
            more = {n: cap for n, cap in caps.items() if sums[n] > cap * stays * (1.0 + 1e-12)}
            if not more:
                return {n: cap * stays / sums[n] for n, cap in over.items()}
            over |= more


def _make_source(path: Path | str, source: Any) -> DeclaredSource:
    known = {item.name for item in fields(DeclaredSource)}
    if not isinstance(source, dict) or not {"name", "teacher"} <= set(source) <= known:
        raise ConfigError(
            f"{path}: a source has name and teacher, and may have why, cap and share, not {_said(source)}"
        )
    if not all(isinstance(source.get(name, ""), str) for name in ("name", "teacher", "why")):
        raise ConfigError(f"{path}: name, teacher and why are texts, not {_said(source)}")
    for name in ("cap", "share"):
        if isinstance(source.get(name, 0.0), bool) or not isinstance(source.get(name, 0.0), int | float):
            raise ConfigError(f"{path}: {name} is a share, not {source[name]!r}")
    return DeclaredSource(**source)


def _said(content: object) -> str:
    return f"({content})" if content else ""
