"""Which version of a page is the original, by what speaks for and against each language.

The weights are set by hand and measured on nothing but the made site of the tests: they give an order. What a plugin
writes outweighs what a site's habits suggest; x-default alone, which mostly leads to English, decides nothing.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DECLARED = 4.0  # a version says that a machine translated it, and from what
LEFTOVER, LEFT_OVER_IN = 2.0, 1.0  # pieces of a version in another version's language: for that one, against this one
HTML = 1.5  # its html element still names another version's language
DEFAULT = 1.5  # the site's root is in it, or the addresses of its pages name no language where others do
DEFAULTED_TO = 1.0  # x-default leads to it
EARLIER, EARLIER_BY = 1.0, timedelta(days=90)  # captured so long before all the others
PARTIAL = 2.0  # against a version that has a part of the page only
MOST = 4.0  # of one kind of reason for one language
LEAST, MARGIN = 1.5, 1.0  # what the best language must have, and lead by


@dataclass(frozen=True, slots=True)
class Version:
    """What of a version speaks of its origin; `partial` against the set, `is_default` against the site's habits."""

    language: str
    html_language: str | None
    piece_languages: Sequence[str]
    translated_from: str | None
    fetch_time: datetime | None
    partial: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class Original:
    """The language of the original, null where it is not told; `certainty` 0 to 1, an order; `why` for people."""

    language: str | None
    certainty: float | None
    why: str | None


Votes = dict[str, dict[str, float]]


def find_original(versions: Sequence[Version], languages: Iterable[str], defaulted_to: Iterable[str]) -> Original:
    """The original among `languages`, those of the versions and those that are only declared.

    `defaulted_to` are those whose version x-default leads to.
    """
    votes = _vote(versions, set(languages), sorted(defaulted_to))
    total = {language: sum(reasons.values()) for language, reasons in votes.items()}
    if not any(votes.values()):
        return Original(None, None, None)
    ranked = sorted(total, key=lambda language: (-total[language], language))
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    why = "; ".join(f"{name}: {_say(votes[name])}" for name in ranked if votes[name])
    lead = total[best] - (total[second] if second else 0.0)
    if total[best] < LEAST or lead < MARGIN:
        return Original(None, None, why)
    certainty = 1.0 / sum(math.exp(value - total[best]) for value in total.values())
    return Original(best, round(certainty, 4), why)


def _say(reasons: dict[str, float]) -> str:
    return ", ".join(f"{reason} ({value:+g})" for reason, value in reasons.items())


def _vote(versions: Sequence[Version], languages: set[str], defaulted_to: Sequence[str]) -> Votes:
    votes: Votes = {language: defaultdict(float) for language in sorted(languages)}

    def add(language: str | None, reason: str, value: float) -> None:
        if language in votes:
            votes[language][reason] = max(-MOST, min(MOST, votes[language][reason] + value))

    earliest = _find_earliest(versions)
    for language in defaulted_to:
        add(language, "x-default", DEFAULTED_TO)
    for version in versions:
        own = version.language
        if version.translated_from is not None:
            add(own, "says that a machine translated it", -DECLARED)
            add(version.translated_from, f"declared the source of {own}", DECLARED)
        for left in sorted({piece for piece in version.piece_languages if piece != own and piece in votes}):
            add(left, f"left over in {own}", LEFTOVER)
            add(own, f"has pieces in {left}", -LEFT_OVER_IN)
        if version.html_language != own:
            add(version.html_language, f"html lang of {own}", HTML)
        for told, reason, value in (
            (version.is_default, "the site's default language", DEFAULT),
            (version.partial, "has a part only", -PARTIAL),
            (own == earliest, "captured long before the others", EARLIER),
        ):
            if told:
                add(own, reason, value)
    return votes


def _find_earliest(versions: Sequence[Version]) -> str | None:
    dated = sorted((one.fetch_time, one.language) for one in versions if one.fetch_time is not None)
    if len(dated) < 2 or len(dated) < len(versions) or dated[1][0] - dated[0][0] < EARLIER_BY:
        return None
    return dated[0][1]
