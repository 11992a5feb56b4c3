"""`provenance calques`: lexicons of calques built from dictionaries, and where a text uses calques."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
import polars as pl
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from provenance.adapters.calques import build_calques, find_calques, load_phrases, read_pairs
from provenance.adapters.dictionaries import ReadDictionary, list_files, read_dictionaries
from provenance.adapters.texts import read_texts
from provenance.cli.places import LocalPath
from provenance.cli.ratio_table import plain_console
from provenance.errors import ConfigError
from provenance.textfiles import ENCODING
from provenance.train.calques.build import BuildOptions, Counts
from provenance.train.calques.gloss import GlossOptions
from provenance.train.calques.languages import COMPOUNDING
from provenance.train.calques.strike import Rule, StrikeOptions

_PATH = LocalPath()
_SHOWN = 5


@click.group()
def calques() -> None:
    """Word-for-word renderings of compounds: lexicons of them, and where they are used."""


@calques.command(
    epilog="Example: provenance calques build de-en.ding --source-language de --out calques_de.tsv, "
    "then provenance judge --input texts.jsonl --calques calques_de.tsv --out scores.parquet"
)
@click.argument("dictionaries", nargs=-1, required=True, type=_PATH, metavar="DICTIONARY...")
@click.option("--source-language", required=True, help=f"Of the headwords: {', '.join(COMPOUNDING)}.")
@click.option("--out", required=True, type=_PATH, help="Lexicon to write, tab-separated.")
@click.option("--model", type=_PATH, help="A KenLM model of original English instead of the shipped one.")
@click.option(
    "--original", multiple=True, type=_PATH, help="Texts of original English; what they say is struck. Repeatable."
)
@click.option(
    "--max-phrase",
    default=StrikeOptions().max_phrase_log10,
    show_default=True,
    help="Log10 probability in English above which a gloss is struck.",
)
@click.option(
    "--most",
    default=BuildOptions().most,
    show_default=True,
    type=click.IntRange(1),
    help="Calques kept, the rarest in English first.",
)
@click.option(
    "--min-word",
    default=StrikeOptions().min_word_log10,
    show_default=True,
    help="Log10 probability in English that every part must have.",
)
@click.option(
    "--per-part",
    default=GlossOptions().per_part,
    show_default=True,
    type=click.IntRange(1, 10),
    help="Translations of each part that are tried.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def build(
    dictionaries: tuple[Path, ...],
    source_language: str,
    out: Path,
    model: Path | None,
    original: tuple[Path, ...],
    max_phrase: float,
    most: int,
    min_word: float,
    per_part: int,
    as_json: bool,
) -> int:
    """Builds a lexicon from bilingual dictionaries into English: splits compounds, glosses their parts word for word.

    DICTIONARY is a file in Ding format, FreeDict TEI XML, or a dictd .index with its .dict.dz; plain or gzip. Glosses
    that the dictionary or original English says are struck out. A lexicon is derived from its dictionary: pass it on
    under that licence only.
    """
    if source_language not in COMPOUNDING:
        raise ConfigError(f"--source-language {source_language!r}: compounds of {', '.join(COMPOUNDING)} can be split")
    inputs = (*(file for path in dictionaries for file in list_files(path)), *original, *((model,) if model else ()))
    if out.exists() and any(path.exists() and path.samefile(out) for path in inputs):
        raise ConfigError(f"--out {out}: is one of the inputs, which would be lost; choose another name")
    phrases = load_phrases(model)
    read = read_dictionaries(dictionaries)
    for dictionary in read:
        _tell_read(dictionary)
    pairs, problems = read_pairs(original)
    options = BuildOptions(GlossOptions(per_part=per_part), StrikeOptions(min_word, max_phrase), most)
    with _bar() as bar:
        task = bar.add_task("headwords", total=None)
        counts = build_calques(
            read, phrases, options, language=source_language, original=pairs, out=out,
            tell=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    problems += [f"{dictionary.path}: {place}" for dictionary in read for place in dictionary.bad]
    _show(counts, problems, out, as_json)
    return 1 if problems else 0


@calques.command(epilog='Example: provenance calques check "There was hamster buying." --calques calques_de.tsv')
@click.argument("text", required=False)
@click.option("--input", "source", type=_PATH, help=".txt, .jsonl (.gz, .zst) or .parquet, of English texts.")
@click.option("--text-column", default="text", show_default=True)
@click.option("--id-column", default="id", show_default=True)
@click.option("--calques", "lexicons", multiple=True, type=_PATH, help="A lexicon beside the shipped one; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print each calque as a line of JSON.")
def check(
    text: str | None,
    source: Path | None,
    text_column: str,
    id_column: str,
    lexicons: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Shows where English texts use calques: TEXT, or stdin when neither TEXT nor --input is given."""
    if source is not None and text is not None:
        raise ConfigError("TEXT and --input: give one of them")
    problems: list[str] = []
    n_texts = n_uses = 0
    if source is not None:
        frames = ((c.frame, c.problems) for c in read_texts(source, text_column=text_column, id_column=id_column))
    else:
        given = text if text is not None else sys.stdin.buffer.read().decode(ENCODING, "replace")
        valid = given.encode("utf-8", "replace").decode()
        frames = ((frame, ()) for frame in [pl.DataFrame({"id": ["text"], "text": [valid]})])
    for frame, unreadable in frames:
        n_texts += frame.height
        problems += unreadable
        for use in find_calques(frame, lexicons):
            n_uses += 1
            line = json.dumps(asdict(use), ensure_ascii=False)
            click.echo(line if as_json else f"{use.id}\t{use.start}-{use.end}\t{use.detail}")
    uses, texts = ("s" if n != 1 else "" for n in (n_uses, n_texts))
    click.echo(f"{n_uses:,} calque{uses} in {n_texts:,} text{texts}", err=True)
    _tell_problems(problems)
    return 1 if problems else 0


def _tell_read(dictionary: ReadDictionary) -> None:
    bad = f", {len(dictionary.bad):,} places unreadable" if dictionary.bad else ""
    click.echo(f"{dictionary.path}: {dictionary.format}, {len(dictionary.entries):,} entries{bad}", err=True)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _rows(counts: Counts) -> list[tuple[str, int]]:
    return [
        ("headwords that are nouns", counts.headwords),
        ("  no compound of headwords", counts.headwords - counts.split),
        ("  split", counts.split),
        ("    a part without a short translation", counts.split - counts.glossed),
        ("    glossed", counts.glossed),
        ("glosses", counts.glosses),
        *((f"  struck: {rule.value}", counts.struck[rule]) for rule in Rule),
        ("  kept", counts.kept),
    ]


def _show(counts: Counts, problems: Sequence[str], out: Path, as_json: bool) -> None:
    if as_json:
        body = {name: getattr(counts, name) for name in ("headwords", "split", "glossed", "glosses", "kept")}
        struck = {rule.name.lower(): counts.struck[rule] for rule in Rule}
        click.echo(json.dumps({**body, "struck": struck, "unreadable": list(problems), "out": str(out)}))
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    for name, n in _rows(counts):
        table.add_row(name, f"{n:,}")
    plain_console().print(table)
    click.echo(f"lexicon: {out}")
    _tell_problems(problems)


def _tell_problems(problems: Sequence[str]) -> None:
    for problem in problems[:_SHOWN]:
        click.echo(f"unreadable: {problem}", err=True)
    if len(problems) > _SHOWN:
        click.echo(f"unreadable: {len(problems) - _SHOWN:,} more", err=True)
