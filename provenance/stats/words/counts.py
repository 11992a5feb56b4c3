"""In how many documents each word stands: the counts that show how wording changes from crawl to crawl.

Counts of documents, not of words, after Kobak et al. 2025, "Delving into LLM-assisted writing in biomedical
publications through excess vocabulary" (Science Advances). Their abstracts are of one length; here every document is
read up to its 200th word, because a long text holds more different words than a short one and a change of lengths would
look like a change of wording. One document of each host counts: pages of a host share their topics and their wording,
so that a few large hosts that come or go would look like a change of wording, too.
"""

from dataclasses import dataclass, field

import polars as pl

from provenance.schema import WORDINGS
from provenance.text.words import UNSPACED

MIN_WORDS = 80  # of a document that is counted
WINDOW = 200  # words read of a document
LEAST_IN = 500  # a word in fewer than one of so many documents of its language and month is left out
_HEAD = 10 * WINDOW  # characters in which the window is looked for
_SPACED = rf"[\p{{L}}\p{{M}}--[{UNSPACED}]]"
_WORD = rf"{_SPACED}+(?:'{_SPACED}+)*|[{UNSPACED}]{{2}}"
_GROUP = ("language", "month")
_ONE = (*_GROUP, "host")
_LEAST_ROWS = 50_000  # that wait to be added up


def counted_documents(documents: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """The rows of `documents` that count, with `month` and `host`: no copies, 80 words and more, of a language told.

    Of each host the first in a language and month; a document without host is its own. `clusters` is the table of that
    name, row for row.
    """
    long = clusters["representative"] & (pl.col("n_words") >= MIN_WORDS) & pl.col("language").is_not_null()
    month, host = pl.col("fetch_time").dt.strftime("%Y-%m"), pl.coalesce("url_host_name", "doc_id")
    named = documents.filter(long).with_columns(month=month, host=host)
    return named.unique(_ONE, keep="first", maintain_order=True)


@dataclass(slots=True)
class WordingTally:
    """The counts of one shard, batch by batch; what batches there were makes no difference."""

    _groups: dict[tuple[str, str | None], "_Counts"] = field(default_factory=dict)
    _hosts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict.fromkeys(_ONE, pl.String)))

    def add(self, documents: pl.DataFrame, clusters: pl.DataFrame) -> None:
        """Counts a batch: those of its rows that count."""
        fresh = counted_documents(documents, clusters).join(self._hosts, on=_ONE, how="anti", nulls_equal=True)
        self._hosts = pl.concat([self._hosts, fresh.select(_ONE)])
        counted = _count_words(fresh)
        for (language, month), rows in counted.partition_by(*_GROUP, as_dict=True, include_key=False).items():
            self._groups.setdefault((language, month), _Counts()).add(rows)

    def table(self) -> pl.DataFrame:
        """The rows of WORDINGS: by language, month and word, those of all documents first."""
        ordered = sorted(self._groups, key=lambda group: (group[0], group[1] or ""))
        return pl.concat([WORDINGS.empty(), *(self._groups[group].often(*group) for group in ordered)])


@dataclass(slots=True)
class _Counts:
    """The counts of one language and month: added up, and those of later batches."""

    added: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"word": pl.String, "n_documents": pl.Int64})
    )
    later: list[pl.DataFrame] = field(default_factory=list)
    n_later: int = 0

    def add(self, rows: pl.DataFrame) -> None:
        self.later.append(rows)
        self.n_later += rows.height
        if self.n_later > max(_LEAST_ROWS, self.added.height):
            self.add_up()

    def add_up(self) -> None:
        self.added = pl.concat([self.added, *self.later]).group_by("word").agg(pl.col("n_documents").sum())
        self.later, self.n_later = [], 0

    def often(self, language: str, month: str | None) -> pl.DataFrame:
        self.add_up()
        total = self.added.filter(pl.col("word").is_null())["n_documents"].sum()
        often = self.added.filter(pl.col("n_documents") * LEAST_IN >= total).sort("word")
        return WORDINGS.conform(often.with_columns(language=pl.lit(language), month=pl.lit(month)))


def _count_words(documents: pl.DataFrame) -> pl.DataFrame:
    """Documents by language, month and word; word is null where all are counted. Rows in no order."""
    read = documents.select(*_GROUP, word=_words(pl.col("text")))
    words = read.explode("word", empty_as_null=False).group_by(*_GROUP, "word").agg(n_documents=pl.len())
    everything = read.group_by(*_GROUP).agg(word=pl.lit(None, pl.String), n_documents=pl.len())
    return pl.concat([WORDINGS.conform(frame) for frame in (everything, words)])


def _words(text: pl.Expr) -> pl.Expr:
    """The different words in the window of each text, lower case; of scripts without spaces, neighbouring pairs.

    There every character is written twice with a blank between, so that the pairs of a run stand apart.
    """
    head = text.str.head(_HEAD).str.to_lowercase().str.replace_all("’", "'", literal=True)
    apart = head.str.replace_all(rf"([{UNSPACED}])", "$1 $1").str.head(_HEAD)
    return apart.str.extract_all(_WORD).list.head(WINDOW).list.unique()
