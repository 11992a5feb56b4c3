"""Residue: what a translation system could not translate, left in a sentence.

- `unknown`: the mark for a piece it has no letters for, <unk> or the double question mark U+2047 of SentencePiece
  (Kudo and Richardson 2018, arXiv:1808.06226), in any language;
- `script`: in Czech, a word of another script between lower-case words, one of them a small word.

"Untranslated" is a category of accuracy errors in MQM (Lommel, Uszkoreit and Burchardt 2014, Tradumatica 12; Freitag
et al. 2021, arXiv:2104.14478). What stands in quotation marks or is spoken of ("the token <unk>") does not
count. Small words of other languages, words with their letters, and other scripts in other languages were tried and
told nothing: docs/signals.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from provenance.schema import Column
from provenance.signals.hits import HITS
from provenance.signals.mention import is_introduced, is_quoted
from provenance.signals.spots import ANY, count_spots, find_spots

# Neither in a word nor behind one in kana or Han, nor behind a move of chess: there people write two question marks.
_UNKNOWN = {"unknown": r"(?:^|[^0-9A-Za-z\u3040-\u30ff\u3400-\u9fff⁇])(⁇|<unk>)(?:[^⁇]|$)"}
_SCRIPTS = r"[\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
_CZECH = "[a-záčďéěíňóřšťúůýž]"
PATTERNS: Mapping[str, Mapping[str, str]] = {
    "cs": {**_UNKNOWN, "script": f"{_CZECH} ({_SCRIPTS}) {_CZECH}"},
    ANY: _UNKNOWN,
}
_SMALL_CZECH = (
    "a v na se je že s z do o k i to za by pro jako ale po jeho od si který jsou ve které byl bylo při u aby už"
)
_MEANINGS = {
    "unknown": "mark of a system for what it has no letters for",
    "script": "word of another script",
}
_CUE = re.compile(r"(?i)token|vocab|unknown|oov|symbol")
_LAST = re.compile(r"([^\W\d_]+) $")
_NEXT = re.compile(r" ([^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Residue:
    """Counts untranslated words and marks of translation systems in the beginning of a text (`spots.MAX_CHARS`)."""

    columns: ClassVar[Mapping[str, Column]] = {
        "residue_count": Column(pl.Int64(), "1", "words left untranslated, marks of translation systems", 0),
        "residue_density": Column(pl.Float64(), "1/1000 words", "the same per thousand words read", 0),
        "residue_hits": Column(HITS, "", "each of them: place, form and kind"),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", "language")

    quote_reach: int = 60  # code points
    cue_reach: int = 30

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The three columns of each text."""
        hits = find_spots("residue_hits", batch, PATTERNS, _MEANINGS, self._is_left)
        return count_spots(batch, hits, "residue")

    def _is_left(self, kind: str, text: str, start: int, end: int) -> bool:
        if is_quoted(text, start, end, self.quote_reach):
            return False
        if kind == "script":
            return _stands_beside_a_small_word(text, start, end)
        return not is_introduced(text, start, end, _CUE, before=self.cue_reach, after=self.cue_reach)


def _stands_beside_a_small_word(text: str, start: int, end: int) -> bool:
    before, after = _LAST.search(text, max(0, start - 30), start), _NEXT.match(text, end)
    return any(match[1] in _SMALL_CZECH.split() for match in (before, after) if match)
