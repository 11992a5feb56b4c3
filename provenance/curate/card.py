"""The data card beside a curated subset: what it is, what was left out and why, and what it does not mean.

Headings follow "Data cards" (Pushkarna, Zaldivar and Kjartansson 2022) as far as a machine can fill them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provenance.config import digest_config, to_plain
from provenance.curate.rules import CurateRules
from provenance.models import Model

SHOWN = 30  # rows of a long table; the rest is summed up in one
_LIMITS = """\
- `ai_score` and `mt_score` are calibrated probabilities of a statistical detector, not facts about a document. Do not
  use them to accuse anyone; use them to weigh or to choose many documents.
- Scores are null where nothing could be measured: short texts, languages without a model. The rules above say what
  became of those.
- Detectors err more on some kinds of text than on others (formal essays, encyclopaedic prose, writers in a second
  language), and miss text of newer generators and text rewritten to escape them.
- The counts of origins here are plain counts over verdicts. They are not the human-to-synthetic ratio of the crawl,
  which has to be corrected for the detector's errors: see `stats/ratio.json`.
- The language is a guess from the first 1,000 characters; deduplication compares word 5-grams, not meaning."""
_RIGHTS = """\
The texts are excerpts of public web pages and belong to their authors and publishers; this subset grants no rights to
them. Pages may carry terms of their own and may have been changed or withdrawn since the capture. `warc_filename`,
`warc_record_offset` and `warc_record_length` lead back to each capture; a document can be removed by its `doc_id` or
`url`. Personal data were not removed. Common Crawl's terms of use apply to captures of Common Crawl."""


@dataclass(frozen=True, slots=True)
class CardFigures:
    """What a card tells. `left_out` counts documents by reason; `rejects` records that became no document.

    `languages`, `origins` and `n_words` are those of the kept documents. Raises ValueError when
    documents = kept + left out does not hold.
    """

    title: str
    crawls: Sequence[str]
    n_documents: int
    n_kept: int
    n_words: int
    rules: CurateRules = field(default_factory=CurateRules)
    left_out: Mapping[str, int] = field(default_factory=dict)
    rejects: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, int] = field(default_factory=dict)
    models: Sequence[Model] = ()
    version: str = ""

    def __post_init__(self) -> None:
        left_out = sum(self.left_out.values())
        if self.n_documents != self.n_kept + left_out:
            raise ValueError(f"{self.n_documents} documents are not {self.n_kept} kept and {left_out} left out")


def render_data_card(figures: CardFigures) -> str:
    """The card as Markdown; equal figures give equal text."""
    sections = (
        _summary(figures),
        ("Left out", _left_out(figures)),
        ("Languages", _counts("language", figures.languages, figures.n_kept)),
        ("Origins", _counts("origin", figures.origins, figures.n_kept)),
        ("Rules", _rules(figures.rules)),
        ("Models", _models(figures.models)),
        ("Rights", _RIGHTS),
        ("Limits", _LIMITS),
    )
    return "\n\n".join(f"## {heading}\n\n{body}" if heading else body for heading, body in sections) + "\n"


def _summary(figures: CardFigures) -> tuple[str, str]:
    crawls = ", ".join(figures.crawls) or "no named crawl"
    by = f" Made by provenance {figures.version}." if figures.version else ""
    facts = figures.rejects.get("page_facts", 0)
    return "", (
        f"# {_cell(figures.title)}\n\n"
        f"Documents from {_cell(crawls)}, chosen by the rules below.{by}\n\n"
        f"{figures.n_kept:,} of {figures.n_documents:,} documents are kept, {figures.n_words:,} words; "
        f"{sum(figures.left_out.values()):,} are left out, each for the first rule it failed. "
        f"{sum(figures.rejects.values()):,} records of the archives became no document."
        + (f" {facts:,} of these are WAT records, which tell of pages and hold no text." if facts else "")
    )


def _left_out(figures: CardFigures) -> str:
    documents = _counts("documents, by reason", figures.left_out, figures.n_documents)
    n_records = sum(figures.rejects.values())
    records = _counts("records that became no document, by reason", figures.rejects, n_records)
    return f"{documents}\n\n{records}"


def _counts(name: str, counts: Mapping[str, int], total: int) -> str:
    ordered = sorted(((count, key) for key, count in counts.items() if count), key=lambda item: (-item[0], item[1]))
    if not ordered:
        return f"{name.capitalize()}: none."
    rows = [(key or "not told", count) for count, key in ordered[:SHOWN]]
    rest = sum(count for count, _ in ordered[SHOWN:])
    rows += [(f"{len(ordered) - SHOWN} others", rest)] if rest else []
    lines = [f"| {_cell(key)} | {count:,} | {count / max(total, 1):.2%} |" for key, count in rows]
    return "\n".join([f"| {name} | count | share |", "|---|---:|---:|", *lines])


def _rules(rules: CurateRules) -> str:
    plain = to_plain(rules)
    options = plain.items() if isinstance(plain, dict) else ()
    lines = [f"| `{name}` | {_cell(_say(value))} |" for name, value in options]
    return "\n".join(["| rule | value |", "|---|---|", *lines, "", f"Digest of the rules: `{digest_config(rules)}`."])


def _say(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return str(value)


def _models(models: Sequence[Model]) -> str:
    if not models:
        return "None."
    lines = [
        f"| {_cell(model.name)} | {model.kind} | {model.language or 'any'} | {_cell(model.licence)} "
        f"| `{model.sha256[:16]}` |"
        for model in models
    ]
    return "\n".join(["| model | kind | language | licence | SHA-256 |", "|---|---|---|---|---|", *lines])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
