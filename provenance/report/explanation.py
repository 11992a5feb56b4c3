"""The page of one judged text: verdict, human reference, the text as a heat map, phrases that moved it, evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

from provenance.report.bundle import write_policy
from provenance.report.examples import make_example
from provenance.report.excerpt import Span
from provenance.report.heat import (
    LEVELS,
    Heat,
    Phrase,
    Token,
    Window,
    draw_bars,
    find_step,
    list_borders,
    show_moved,
    split_heat,
)
from provenance.report.template import load_template

__all__ = ["Compared", "Heat", "Phrase", "ReferenceFigure", "Token", "Window", "render_explanation"]
_LEAST_SHARE = 0.05  # of a genre that is named in the mix


@dataclass(frozen=True, slots=True)
class ReferenceFigure:
    """Human documents of one genre, and how many of 1,000 of them score as high; null where that is not known.

    `share` is the genre's in the text's mix, null where not measured. `beyond_all`: no document of them scored higher.
    A share of at most `rate` of them reached `positive_above` nats.
    """

    genre: str
    share: float | None
    n_documents: int
    n_sources: int
    of_thousand: float | None
    beyond_all: bool = False
    positive_above: float | None = None
    rate: float = 0.0

    @property
    def count(self) -> str:
        """How many of 1,000, in words: "12", or "fewer than 1"."""
        if self.of_thousand is None:
            return "an unknown number"
        if self.beyond_all or self.of_thousand < 1.0:
            return f"fewer than {max(ceil(self.of_thousand), 1):,}"
        return f"{self.of_thousand:,.0f}"


@dataclass(frozen=True, slots=True)
class Compared:
    """The references a text was held against, largest share first, and its mix of genres.

    `told` is false where the text reads like none of the genres clearly, and was held against all.
    """

    references: tuple[ReferenceFigure, ...]
    mix: Mapping[str, float] = field(default_factory=dict)
    told: bool = True

    @property
    def named_mix(self) -> tuple[tuple[str, float], ...]:
        """The genres with a share worth naming, largest first."""
        named = [(genre, share) for genre, share in self.mix.items() if share >= _LEAST_SHARE]
        return tuple(sorted(named, key=lambda pair: (-pair[1], pair[0])))

    @property
    def highest(self) -> ReferenceFigure | None:
        """The reference of which most documents score as high."""
        known = [each for each in self.references if each.of_thousand is not None]
        return max(known, key=lambda each: each.of_thousand or 0.0, default=None)


def render_explanation(
    text: str,
    verdict: Mapping[str, object],
    spans: Iterable[Span],
    *,
    compared: Compared | None = None,
    heat: Heat | None = None,
    version: str = "",
) -> str:
    """One self-contained page without scripts; the whole text is shown, its spans marked, all of it escaped.

    `verdict` is a row as of `judge --out`: language, n_words, ai_score, mt_score, ai_llr, origin, evidence. Places in
    `spans` and `heat` are code points of the text.
    """
    document = make_example(verdict, text, spans)
    return load_template("explanation.html.j2").render(
        document=document,
        llr=verdict.get("ai_llr"),
        compared=compared,
        heat=heat,
        stretches=split_heat(document.text, document.spans, heat),
        bars=draw_bars(heat) if heat else (),
        borders=list_borders(heat) if heat else (),
        legend=[show_moved(level * find_step(heat.tokens)) for level in range(-LEVELS, LEVELS + 1)] if heat else [],
        show_moved=show_moved,
        policy=write_policy(()),
        version=version,
    )
