"""`provenance ratio`: human-to-synthetic ratio and prevalence from scored documents."""

import json
import typing
from pathlib import Path

import click
import polars as pl

from provenance.cli.places import LocalPath
from provenance.cli.ratio_table import flatten_groups, print_ratio
from provenance.errors import ConfigError
from provenance.jobs.ratio import RatioOptions, estimate_from_scores
from provenance.stats import Method, ratio_to_json
from provenance.store import write_table, write_text

_METHODS = typing.get_args(Method)
_FORMATS = (".parquet", ".csv", ".json")


@click.command(epilog="Example: provenance ratio scores.parquet --by language --reference scores_2019.parquet")
@click.argument("scores", nargs=-1, required=True, metavar="SCORES.parquet...")
@click.option("--by", default="", help="Columns to group by, comma-separated; a+b groups by both at once.")
@click.option("--reference", multiple=True, metavar="SCORES", help="Scored documents known to be human; as SCORES.")
@click.option("--originals", is_flag=True, help="None of the reference is translated, either.")
@click.option(
    "--own-reference/--no-own-reference",
    default=None,
    help="Early documents of half of the hosts as reference where none is given.  [default: yes]",
)
@click.option("--weight", metavar="COLUMN", help="How many documents of a collection each one stands for.")
@click.option("--method", type=click.Choice(_METHODS), help="The estimator.  [default: that of the run, or mixture]")
@click.option("--min-words", type=click.IntRange(1), help="Shorter documents are left out.  [default: 80]")
@click.option("--models", type=LocalPath(), help="A folder of models instead of those shipped.")
@click.option("--seed", type=int, help="Of the resampling.  [default: 1]")
@click.option("--out", type=LocalPath(), help="Write the table, too: .parquet, .csv or .json.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, as in stats/ratio.json.")
def ratio(
    scores: tuple[str, ...],
    by: str,
    reference: tuple[str, ...],
    originals: bool,
    own_reference: bool | None,
    weight: str | None,
    method: Method | None,
    min_words: int | None,
    models: Path | None,
    seed: int | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Human-to-synthetic ratio and prevalence with 95 % intervals.

    SCORES are files of `judge --out`, verdicts of a run, the folder of a run, a folder or glob of such files, the
    same on s3://bucket/prefix, or - for Parquet on standard input. Columns to group by: language, crawl, month,
    url_host_name, url_host_registered_domain, and any other of the file.
    """
    if out is not None and out.suffix not in _FORMATS:
        raise ConfigError(f"--out {out}: the name must end in {', '.join(_FORMATS)}")
    asked = RatioOptions(split_names(by), method, min_words, models, seed, originals or None, own_reference, weight)
    found = estimate_from_scores(scores, reference or None, asked)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    told = json.dumps(ratio_to_json(found.table, found.options), ensure_ascii=False)
    if out is not None:
        _write(out, found.table, told)
    if as_json:
        click.echo(told)
    else:
        print_ratio(found.table)
    return 0


def split_names(by: str) -> tuple[str, ...]:
    """The columns of a --by option, each once."""
    return tuple(dict.fromkeys(name.strip() for name in by.split(",") if name.strip()))


def _write(out: Path, table: pl.DataFrame, told: str) -> None:
    if out.suffix == ".parquet":
        write_table(out, table, {})
    else:
        write_text(out, flatten_groups(table).write_csv() if out.suffix == ".csv" else f"{told}\n")
