"""Documents as a run has them, of a few words each, and what is found among them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from provenance.parallel import find_versions, sign_pages
from provenance.schema import DOCUMENTS

OUTLINE = {name: pl.List(pl.String) for name in ("images", "links", "piece_languages")}
FACTS = "{0} von {1}, {2} aus {3}, {4} nach {5}, {6}."


@dataclass(frozen=True)
class Made:
    """One page; `pieces` are languages of pieces of its text."""

    url: str
    language: str | None
    text: str
    hreflang: tuple[tuple[str, str], ...] = ()
    html_lang: str | None = None
    marks: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    pieces: tuple[str, ...] = field(default=())
    canonical: str | None = None


def article(number: int, filler: str) -> str:
    """A text of its own facts: the same for one number in every language but for the filler."""
    base = 1000 + 17 * number
    facts = FACTS.format(base, f"Q{number:03}a", base * 3, f"V{number:03}b", base * 5, f"Z{number:03}c", base * 7)
    return "\n".join([facts, *(f"{filler} {filler} {filler} {filler}." for _ in range(3))])


def sign(pages: Sequence[Made]) -> pl.DataFrame:
    """The table `anchors` of pages."""
    empty = {name: pl.Series([None] * len(pages), dtype=dtype) for name, dtype in DOCUMENTS.schema.items()}
    documents = pl.DataFrame(empty).with_columns(
        doc_id=pl.Series([f"<{number}>" for number in range(len(pages))], dtype=pl.String),
        url=pl.Series([page.url for page in pages], dtype=pl.String),
        text=pl.Series([page.text for page in pages], dtype=pl.String),
        language=pl.Series([page.language for page in pages], dtype=pl.String),
        language_score=pl.lit(0.9),
        n_chars=pl.Series([len(page.text) for page in pages], dtype=pl.Int64),
        canonical_url=pl.Series([page.canonical for page in pages], dtype=pl.String),
        html_lang=pl.Series([page.html_lang for page in pages], dtype=pl.String),
        translation_marks=pl.Series([list(page.marks) for page in pages], dtype=pl.List(pl.String)),
        hreflang=pl.Series(
            [[{"lang": lang, "url": url} for lang, url in page.hreflang] for page in pages],
            dtype=DOCUMENTS.schema["hreflang"],
        ),
    )
    outline = pl.DataFrame(
        {
            "images": [list(page.images) for page in pages],
            "links": [list(page.links) for page in pages],
            "piece_languages": [list(page.pieces) for page in pages],
        },
        schema=OUTLINE,
    )
    return sign_pages(documents, outline)


def find(*pages: Made) -> pl.DataFrame:
    """The table `parallels` of pages."""
    return find_versions(sign(pages))


def sets_of(found: pl.DataFrame) -> list[list[int]]:
    """The rows of each set of two documents and more."""
    rows = found.with_row_index("row").drop_nulls("parallel_id")
    grouped = rows.group_by("parallel_id", maintain_order=True).agg("row")
    return sorted(row for row in grouped["row"].to_list() if len(row) > 1)
