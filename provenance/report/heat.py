"""A text as a heat map: how strongly each token is shaded, and the text cut at shades, marks and windows.

Shades are relative to the text (its strongest places get the deepest), so the legend says what each means in nats.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from provenance.report.excerpt import Segment, Span, split_segments

LEVELS = 4
_DEEPEST = 0.95  # share of tokens that are shaded less than fully
_BAR_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Token:
    """A token that models read: its place, the nats it moved, the mean with its neighbours, its window (from 0)."""

    start: int
    end: int
    nats: float
    smoothed: float
    window: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of tokens that moved the score: its words, place, window (from 0) and nats."""

    text: str
    start: int
    end: int
    window: int
    nats: float


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the text that was scored as one."""

    start: int
    end: int
    n_words: int
    nats: float


@dataclass(frozen=True, slots=True)
class Heat:
    """What moved a verdict: tokens in order, not overlapping; windows in order; phrases, strongest first."""

    tokens: tuple[Token, ...]
    windows: tuple[Window, ...]
    phrases_for: tuple[Phrase, ...] = ()
    phrases_against: tuple[Phrase, ...] = ()
    signals: tuple[str, ...] = ()

    @property
    def nats(self) -> float:
        """All tokens together: the nats of `signals` in the evidence."""
        return sum(window.nats for window in self.windows)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one shade: "f1" to "f4" for AI-generated, "a1" to "a4" against, empty for none; `note` stands before."""

    text: str
    shade: str = ""
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A segment of the text, marked or not, in pieces of one shade."""

    segment: Segment
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A run of tokens as a bar of a chart: place and width in shares of all tokens, height in shares of the highest."""

    left: float
    width: float
    height: float
    nats: float
    text: str


@dataclass(frozen=True, slots=True)
class Shade:
    """A shaded place."""

    start: int
    end: int
    name: str
    title: str


def find_step(tokens: Sequence[Token]) -> float:
    """Smoothed nats from one shade to the next; 0 for no tokens."""
    strengths = sorted(abs(token.smoothed) for token in tokens)
    return strengths[round(_DEEPEST * (len(strengths) - 1))] / LEVELS if strengths else 0.0


def shade_tokens(text: str, tokens: Sequence[Token], step: float) -> list[Shade]:
    """A place for each token; a space between two of one shade goes with the first."""
    shades = []
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        name = _name_shade(token.smoothed, step)
        joined = (
            after is not None and name == _name_shade(after.smoothed, step) and text[token.end : after.start] == " "
        )
        end = after.start if joined and after is not None else token.end
        shades.append(Shade(token.start, end, name, f"{show_moved(token.nats)} nats"))
    return shades


def split_heat(text: str, spans: Iterable[Span], heat: Heat | None) -> tuple[Stretch, ...]:
    """The text in order, nothing lost: segments by what was found, within them pieces by shade and window."""
    shades = shade_tokens(text, heat.tokens, find_step(heat.tokens)) if heat else []
    notes = _note_windows(text, heat.windows) if heat else {}
    by_start = {shade.start: shade for shade in shades}
    cuts = sorted({*by_start, *(shade.end for shade in shades), *notes})
    stretches, at = [], 0
    inside: Shade | None = None
    for segment in split_segments(text, spans):
        edges = [at, *(cut for cut in cuts if at < cut < at + len(segment.text)), at + len(segment.text)]
        pieces = []
        for start, end in pairwise(edges):
            inside = by_start.get(start, inside)
            shade = inside if inside is not None and start < inside.end else Shade(start, end, "", "")
            pieces.append(Piece(text[start:end], shade.name, shade.title, notes.pop(start, "")))
        stretches.append(Stretch(segment, tuple(pieces)))
        at += len(segment.text)
    return tuple(stretches)


def draw_bars(heat: Heat) -> tuple[Bar, ...]:
    """The nats of runs of a dozen tokens or fewer, within windows, along the text."""
    runs: list[list[Token]] = []
    for token in heat.tokens:
        if runs and runs[-1][0].window == token.window and len(runs[-1]) < _BAR_TOKENS:
            runs[-1].append(token)
        else:
            runs.append([token])
    sums = [sum(token.nats for token in run) for run in runs]
    highest = max(map(abs, sums), default=0.0) or 1.0
    bars, done = [], 0
    for run, nats in zip(runs, sums, strict=True):
        place = f"characters {run[0].start} to {run[-1].end}: {show_moved(nats)} nats"
        bars.append(Bar(done / len(heat.tokens), len(run) / len(heat.tokens), nats / highest, nats, place))
        done += len(run)
    return tuple(bars)


def list_borders(heat: Heat) -> tuple[float, ...]:
    """Where windows but the first begin, in shares of all tokens."""
    tokens = heat.tokens
    return tuple(i / len(tokens) for i in range(1, len(tokens)) if tokens[i].window != tokens[i - 1].window)


def show_moved(nats: float) -> str:
    """Nats of a few words, with a sign and three decimals."""
    return f"{nats:+.3f}".replace("-", "\u2212")


def _name_shade(smoothed: float, step: float) -> str:
    level = min(int(abs(smoothed) / step), LEVELS) if step > 0.0 else 0
    return f"{'f' if smoothed > 0 else 'a'}{level}" if level else ""


def _note_windows(text: str, windows: Sequence[Window]) -> dict[int, str]:
    """What stands before each window, and where the models stopped reading."""
    notes = {
        window.start: f"window {number}: {window.nats:+.1f} nats".replace("-", "\u2212")
        for number, window in enumerate(windows, 1)
    }
    if windows and text[windows[-1].end :].strip():
        notes[windows[-1].end] = "the models stop reading here"
    return notes
