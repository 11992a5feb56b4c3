"""Measures who has leftovers of chat models and disclosures; prints the tables of docs/signals.md.

    python -m pipelines.measure_leftovers DATA [--hits]

DATA holds `ai/` (labelled sets with MANIFEST.json), `human/human_dated.parquet` and `warc/throughput`, `warc/correct`.
`--hits` lists every leftover of a human document, to be looked at.
"""

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from pipelines.labelled_sets import read_web_pages
from pipelines.measure_contrast import find_wilson, make_table
from provenance.archive import ArchiveReader, ReadOptions, Record
from provenance.errors import RecordError
from provenance.extract import ExtractOptions, LanguageIdentifier, extract_batches
from provenance.models import find_model, load_models
from provenance.signals import measure_signals
from provenance.signals.ai_disclosure import AiDisclosure
from provenance.signals.phrases import KINDS, WEIGHTS, ChatPhrases

ROWS = 2_000  # documents measured at a time
# A page that writes about chat models: it names one, or what they are.
ABOUT = r"(?i)chat[-\s]?gpt|\bGPT-?\d|\bopenai\b|chat-?bots?\b|\bLLMs?\b|language models?\b|Sprachmodell"
# The same in the source of a page, with its menus, teasers and scripts.
NAMED = re.compile(rb"chat ?-?gpt|openai|chat-?bot|\bLLMs?\b|language model|GPT-\d", re.IGNORECASE)
# A page that writes about AI at all.
ABOUT_AI = (
    r"(?i)\bartificial intelligence\b|\bAI\b|künstliche Intelligenz|\bKI\b|intelligence artificielle|人工智能|人工知能"
)


def read_labelled(data: Path) -> pl.DataFrame:
    """Texts of all labelled sets and the dated human texts, with `label` and `set`: as published, not normalised."""
    manifest = json.loads((data / "ai" / "MANIFEST.json").read_text(encoding="utf-8"))
    frames = [
        pl.read_parquet(data / "ai" / entry["file"]).select("text", "label", set=pl.lit(name))
        for name, entry in manifest.items()
    ]
    dated = pl.read_parquet(data / "human" / "human_dated.parquet")
    return pl.concat([*frames, dated.select("text", label=pl.lit("human"), set=pl.lit("human_dated"))])


def read_pages(folder: Path) -> pl.DataFrame:
    """Documents of all archives in a folder, each once, with `named`: whether their source names chat models."""
    identifier = find_model(load_models(), "language_identifier")
    if identifier is None:
        raise SystemExit("no language identifier among the shipped models")
    identify = LanguageIdentifier.load(identifier.path)
    named: set[str] = set()
    frames = [
        batch.documents
        for path in sorted(folder.iterdir())
        if any(sign in path.name for sign in (".warc", ".arc", ".wet")) and ".wat" not in path.name
        for batch in extract_batches(
            note_named(ArchiveReader(path, ReadOptions()), named),
            ExtractOptions(),
            crawl="dev",
            warc_filename=path.name,
            identify=identify,
        )
    ]
    pages = pl.concat(frames).unique(["url", "text"], keep="first", maintain_order=True)
    return pages.with_columns(named=pl.col("url").is_in(list(named)))


def note_named(items: Iterable[Record | RecordError], named: set[str]) -> Iterator[Record | RecordError]:
    """Hands records on and notes the addresses of those whose payload names chat models."""
    for item in items:
        if isinstance(item, Record) and item.url and NAMED.search(item.payload):
            named.add(item.url)
        yield item


def gather_populations(data: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """Named populations; a page about chat models is in several."""
    labelled = read_labelled(data)
    generated = labelled.filter(label="ai")
    yield "AI-generated", generated
    yield "of these without DetectRL", generated.filter(~pl.col("set").str.starts_with("detectrl"))
    yield "human", labelled.filter(label="human")
    pages = pl.concat([read_pages(data / "warc" / name) for name in ("throughput", "correct")])
    yield "web pages", pages
    yield "pages whose text names chat models", pages.filter(pl.col("text").str.contains(ABOUT))
    yield "pages whose source does", pages.filter("named")
    yield "pages that name AI", pages.filter(pl.col("text").str.contains(f"{ABOUT}|{ABOUT_AI}"))
    yield "pages before November 2022", pages.filter(pl.col("text").is_in(read_web_pages(data)["text"].implode()))


def measure_population(documents: pl.DataFrame) -> pl.DataFrame:
    """Hits and counts beside the documents."""
    signals = (ChatPhrases(), AiDisclosure())
    parts = [measure_signals(part, signals) for part in documents.iter_slices(ROWS)]
    return documents.hstack(pl.concat(parts))


def count_documents(measured: pl.DataFrame, *words: str) -> int:
    """Documents that have a leftover whose detail has all these words (a kind, a weight class)."""
    fits = pl.all_horizontal(pl.element().struct["detail"].str.contains(rf"\b{word}\b") for word in words)
    return measured.filter(pl.col("phrase_hits").list.eval(fits).list.any()).height


def render_count(hits: int, total: int) -> str:
    """A count with the Wilson interval of its share, in per cent."""
    low, high = find_wilson(hits, total)
    if not total:
        return "-"
    return (
        f"{hits}: {100 * hits / total:.2f} ({100 * low:.2f} to {100 * high:.2f})"
        if hits
        else f"0 (to {100 * high:.2f})"
    )


def tabulate(populations: dict[str, pl.DataFrame]) -> Iterator[dict[str, str | int]]:
    """A row for all documents, each weight class, each kind with each class that it has, and each disclosure mark."""
    heights: dict[str, str | int] = {name: f"{frame.height:,}" for name, frame in populations.items()}
    yield {"leftover": "documents", **heights}
    pairs: list[tuple[str, ...]] = [(weight,) for weight in WEIGHTS]
    pairs += [(kind, weight) for kind in KINDS for weight in WEIGHTS]
    for words in pairs:
        counts = {name: count_documents(frame, *words) for name, frame in populations.items()}
        if len(words) == 1 or any(counts.values()):
            shares: dict[str, str | int] = {
                name: render_count(n, populations[name].height) for name, n in counts.items()
            }
            yield {"leftover": ", ".join(words), **shares}
    for column in ("disclosure_ai", "disclosure_link_count"):
        positive: dict[str, str | int] = {
            name: render_count(frame.filter(pl.col(column) > 0).height, frame[column].count())
            for name, frame in populations.items()
        }
        yield {"leftover": f"`{column}` over 0", **positive}


def print_hits(measured: pl.DataFrame) -> None:
    """Every leftover of these documents with what stands around it."""
    for text, hits in measured.select("text", "phrase_hits").iter_rows():
        for hit in hits or ():
            print(hit["detail"], repr(text[max(0, hit["start"] - 60) : hit["end"] + 40]), sep=" | ")


def main() -> None:
    """Prints the table; the leftovers of human documents if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--hits", action="store_true")
    options = parser.parse_args()
    populations = {name: measure_population(frame) for name, frame in gather_populations(options.data)}
    print(make_table(list(tabulate(populations))))
    if options.hits:
        print_hits(populations["human"])
        print_hits(populations["web pages"].select("text", "phrase_hits"))


if __name__ == "__main__":
    main()
