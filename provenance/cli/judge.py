"""`provenance judge`: scores of one text or of many."""

import json
import os
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click
import polars as pl

from provenance import __version__
from provenance.adapters.judge import COLUMNS, Judge, output_schema
from provenance.adapters.texts import read_texts
from provenance.cli.places import LocalPath
from provenance.errors import ConfigError
from provenance.store import TableWriter, write_text
from provenance.textfiles import ENCODING


@click.command(
    epilog='Example: provenance judge "Some text."   provenance judge --input texts.jsonl --out scores.parquet'
)
@click.argument("text", required=False)
@click.option("--input", "source", type=LocalPath(), help=".txt, .jsonl (.gz, .zst) or .parquet.")
@click.option("--text-column", default="text", show_default=True)
@click.option("--id-column", default="id", show_default=True)
@click.option("--out", type=LocalPath(), help="Scores as Parquet, a row per input row, in order.")
@click.option("--explain", type=LocalPath(), help="One HTML page with the evidence marked in the text.")
@click.option("--models", type=LocalPath(), help="A folder of models instead of those shipped.")
@click.option(
    "--calques",
    multiple=True,
    type=LocalPath(),
    help="A lexicon of calques beside the shipped one (provenance calques build); repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict (or, with --input, the counts) as JSON.")
def judge(
    text: str | None,
    source: Path | None,
    text_column: str,
    id_column: str,
    out: Path | None,
    explain: Path | None,
    models: Path | None,
    calques: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Scores texts: TEXT, or stdin when neither TEXT nor --input is given.

    A score is null, and the origin undetermined, where a text is too short or there is no model for its language.
    """
    if source is not None and text is not None:
        raise ConfigError("TEXT and --input: give one of them")
    for written in (out, explain):
        if source is not None and written is not None and source.exists() and written.exists():
            _check_other(source, written)
    if source is not None and (out is not None or source.suffix.lower() != ".txt"):
        if explain is not None:
            raise ConfigError("--explain: for one text only; give TEXT, stdin or a .txt file without --out")
        return _judge_file(Judge.load(models, calques=calques), source, out, text_column, id_column, as_json)
    if out is not None:
        raise ConfigError("--out: needs --input")
    return _judge_text(Judge.load(models, calques=calques), _one_text(text, source), explain, as_json)


def _check_other(source: Path, written: Path) -> None:
    if source.samefile(written):
        raise ConfigError(f"{written}: is the input itself, which would be lost; choose another name")


def _one_text(text: str | None, source: Path | None) -> str:
    if text is not None:
        if os.path.isfile(text):
            click.echo(f"these words were judged, not the file of that name; for it give --input {text}", err=True)
        return text.encode("utf-8", "replace").decode()
    if source is not None:
        chunk = next(iter(read_texts(source, text_column="text", id_column="id")))
        return str(chunk.frame["text"][0])
    return sys.stdin.buffer.read().decode(ENCODING, "replace")


def _judge_text(judge: Judge, text: str, explain: Path | None, as_json: bool) -> int:
    verdict = judge.judge(text)
    click.echo(json.dumps(asdict(verdict), ensure_ascii=False) if as_json else verdict.explain())
    if explain is not None:
        from provenance.adapters.explain import explain_text  # the page costs more to import than the verdict

        write_text(explain, explain_text(judge, text, verdict))
        click.echo(f"explanation: {explain}", err=True)
    return 0


def _judge_file(judge: Judge, source: Path, out: Path | None, text_column: str, id_column: str, as_json: bool) -> int:
    counts: Counter[str] = Counter()
    problems: list[str] = []
    chunks = read_texts(source, text_column=text_column, id_column=id_column)
    with ExitStack() as stack:
        schema = output_schema()
        metadata = {"provenance:version": __version__, "provenance:source": source.name}
        writer = stack.enter_context(TableWriter(out, schema, metadata)) if out else None
        for chunk in chunks:
            scored = judge.score(chunk.frame).select("id", *COLUMNS)
            counts.update(scored["origin"].to_list())
            problems += chunk.problems
            if writer is not None:
                writer.write(scored)
            elif not as_json:
                _print_rows(scored)
    _print_counts(counts, problems, as_json)
    return 1 if problems else 0


def _print_rows(scored: pl.DataFrame) -> None:
    for row in scored.iter_rows(named=True):
        scores = [("-" if row[name] is None else f"{row[name]:.3f}") for name in ("ai_score", "mt_score")]
        first = row["evidence"][0]["detail"] if row["evidence"] else ""
        cells = [row["id"] or "-", row["origin"], *scores, first]
        click.echo("\t".join(" ".join(cell.split()) for cell in cells))


def _print_counts(counts: Counter[str], problems: list[str], as_json: bool) -> None:
    rows = {"rows": counts.total(), **dict(sorted(counts.items()))}
    if as_json:
        click.echo(json.dumps({**rows, "unreadable": problems}, ensure_ascii=False))
    else:
        click.echo(", ".join(f"{n:,} {name}" for name, n in rows.items()), err=True)
    for problem in problems[:20]:
        click.echo(f"unreadable: {problem}", err=True)
    if len(problems) > 20:
        click.echo(f"unreadable: {len(problems) - 20:,} more rows", err=True)
