"""One crawl drawn: its index is counted, the draw decided, the captures chosen and their rows read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.archive.source import FetchOptions
from provenance.errors import ShardError
from provenance.jobs.sampling.captures import FILE, HOST, LENGTH, MEDIA_TYPE, OFFSET, SOURCES
from provenance.jobs.sampling.choosing import Chosen, choose_captures, read_chosen
from provenance.jobs.sampling.counting import count_captures
from provenance.jobs.sampling.index_file import ReadTally
from provenance.jobs.sampling.options import Listener, SampleOptions
from provenance.jobs.sampling.places import IndexPlace
from provenance.jobs.sampling.plan import Plan, plan_sample
from provenance.jobs.sampling.tables import SAMPLE, STRATA
from provenance.sampling.languages import find_language
from provenance.sampling.strata import VARIABLES, Label, name_stratum

_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class CrawlSample:
    """What was drawn of a crawl: rows of SAMPLE and STRATA, and what its index holds.

    `known` has the captures of each label; `rows` = captures + left out. `pooled` and `n_moved` are as in Plan.
    """

    crawl: str
    sample: pl.DataFrame
    strata: pl.DataFrame
    known: dict[Label, int]
    n_rows: int
    left_out: Counter[str]
    n_hosts: int
    n_panel_hosts: int
    pooled: frozenset[Label]
    n_moved: int
    files: tuple[tuple[str, int], ...]
    tally: ReadTally

    @property
    def n_captures(self) -> int:
        """Successful captures of pages in the index."""
        return sum(self.known.values())


def draw_crawl(
    places: Sequence[IndexPlace], options: SampleOptions, fetch: FetchOptions, tell: Listener
) -> CrawlSample:
    """Draws from the index of one crawl. Raises ConfigError and ShardError; no file is passed over."""
    tally = ReadTally()
    census = count_captures(places, options.by, options.seed, fetch, tally, tell)
    plan = plan_sample(census, options)
    chosen = choose_captures(census, plan, options.seed, fetch, tally, tell)
    needed = (HOST, MEDIA_TYPE, FILE, OFFSET, *options.columns)
    welcome = tuple(name for name in (*SOURCES.values(), LENGTH) if name not in needed)
    wanted = np.union1d(chosen.sample.places, chosen.panel.places)
    rows = read_chosen(census, wanted, needed, welcome, fetch, tally, tell)
    crawl = places[0].crawl
    sample = _assemble(crawl, rows, _beside(plan, chosen), options)
    return CrawlSample(
        crawl=crawl,
        sample=sample,
        strata=_describe_strata(crawl, plan, sample, options),
        known=dict(zip(census.names.labels, census.sizes.tolist(), strict=True)),
        n_rows=census.n_rows,
        left_out=census.left_out,
        n_hosts=plan.n_hosts,
        n_panel_hosts=len(plan.panel.hosts),
        pooled=plan.pooled,
        n_moved=plan.n_moved,
        files=tuple((place.shown, n) for place, n in census.files),
        tally=tally,
    )


def sample_schema(options: SampleOptions) -> pl.Schema:
    """The columns of the sample: those of SAMPLE, and behind them the ones that were asked for."""
    return pl.Schema({**SAMPLE.schema, **dict.fromkeys(options.columns, pl.String())})


def _beside(plan: Plan, chosen: Chosen) -> pl.DataFrame:
    """What the draw knows of each capture chosen, by its place."""
    drawn, panel = plan.drawn, plan.panel
    cell, host = chosen.sample.groups, chosen.panel.groups
    names = np.array([name_stratum(label) for label in plan.strata.labels], np.object_)
    sample = pl.DataFrame(
        {
            "place": chosen.sample.places,
            "stratum": pl.Series(names[drawn.strata[cell]], dtype=pl.String),
            "host_captures": drawn.counts[cell],
            "host_rank": chosen.sample.ranks,
            "host_held": drawn.held[cell],
            "group_captures": drawn.group_captures[cell],
            "group_drawn": drawn.group_drawn[cell],
        }
    )
    probability = panel.probability[host] * panel.wanted[host] / panel.counts[host]
    of_panel = pl.DataFrame({"place": chosen.panel.places, "panel_probability": probability})
    return sample.join(of_panel, on="place", how="full", coalesce=True).with_columns(
        inclusion_probability=pl.col("group_drawn") / pl.col("group_captures"),
        weight=pl.col("group_captures") / pl.col("group_drawn"),
        panel=pl.col("panel_probability").is_not_null(),
        panel_weight=1 / pl.col("panel_probability"),
    )


def _assemble(crawl: str, rows: pl.DataFrame, beside: pl.DataFrame, options: SampleOptions) -> pl.DataFrame:
    """Rows of SAMPLE in order of file and offset. Raises ShardError for a record that the index names twice."""
    absent = [name for name in (*SOURCES.values(), LENGTH) if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None).alias(name) for name in absent)
    languages = rows["content_languages"].cast(pl.String).map_elements(find_language, pl.String, skip_nulls=False)
    time = pl.col("fetch_time").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    told = rows.with_columns(languages.alias("language"), fetch_time=time).with_columns(
        crawl=pl.lit(crawl),
        tld=pl.col("url_host_tld").cast(pl.String).fill_null(""),
        month=pl.col("fetch_time").dt.strftime("%Y-%m").fill_null(""),
    )
    schema = sample_schema(options)
    joined = told.join(beside, on="place", how="left").select(pl.col(name).cast(schema[name]) for name in schema)
    twice = joined.filter(pl.struct(FILE, OFFSET).is_duplicated())
    if twice.height:
        name, offset = twice.select(FILE, OFFSET).row(0)
        raise ShardError(f"index of {crawl}", f"names {name} at {offset} twice; give each of its files once")
    return joined.sort(FILE, OFFSET)


def _describe_strata(crawl: str, plan: Plan, sample: pl.DataFrame, options: SampleOptions) -> pl.DataFrame:
    counts = plan.strata
    named = [dict(zip(options.by, label, strict=True)) for label in counts.labels]
    frame = pl.DataFrame(
        {
            "stratum": [name_stratum(label) for label in counts.labels],
            **{one: pl.Series([label.get(one) for label in named], dtype=pl.String) for one in VARIABLES},
            "n_captures": counts.captures,
            "n_hosts": counts.hosts,
            "n_capped": counts.capped,
            "n_held": counts.held,
            "quota": counts.quotas,
        }
    )
    drawn = sample.drop_nulls("stratum").group_by("stratum").agg(n_drawn=pl.len(), weight=pl.col("weight").sum())
    joined = frame.filter(pl.col("n_captures") > 0).with_columns(crawl=pl.lit(crawl)).join(drawn, "stratum", how="left")
    return STRATA.conform(joined.sort("stratum"))
