"""What a search for copies says of itself, in a few words; figures as in stats/dedup.json."""

from typing import cast

import click

from provenance.config import Plain

Measures = dict[str, Plain]


def describe_share(measures: Measures, name: str) -> tuple[str, str, str]:
    """Name, value and interval of precision or recall."""
    share = cast(dict[str, float | None], measures[name])
    if share["share"] is None:
        return name, "-", "no pair in the sample"
    return name, f"{share['share']:.3f}", f"{share['low']:.3f} to {share['high']:.3f}, of {share['n_pairs']:,} pairs"


def describe_removed(measures: Measures) -> str:
    """What share of the documents and of the words goes."""
    removed = cast(dict[str, float | None], measures["removed"])
    shares = [(removed[f"share_of_{what}"], what) for what in ("documents", "words")]
    return ", ".join(f"{share:.1%} of the {what}" for share, what in shares if share is not None)


def show_warnings(measures: Measures) -> None:
    """What should be looked at, on stderr."""
    for warning in cast(list[str], measures["warnings"]):
        click.echo(f"warning: {warning}", err=True)
