"""What curation does to the mix of a collection: shares before and after, and the odds of being kept.

Odds ratios stand for a kind of document against all others of the property; their intervals count hosts, not documents,
as the sample: the sandwich variance of the log odds ratio with hosts as clusters (Liang and Zeger 1986, Biometrika
73(1)), never narrower than that of independent documents (Woolf 1955, Annals of Human Genetics 19).

No open set of texts of non-native writers of the web exists, so what curation does to them cannot be measured. Two
proxies are declared instead. `country_english` is English text under the country code of a country where English has
no official rank: many of its writers learnt English later, but firms, translators and native speakers write there, too,
and non-native writers under .com are not in it. `predictable` is text that the model of human wording finds easy: what
detectors were seen to call AI-written in essays of learners (Liang et al. 2023, arXiv:2304.02819), but plain prose of
anyone is easy, too. A shift of either is a reason to look; no shift does not show that nobody is harmed.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from provenance.errors import ConfigError
from provenance.stats.cells import Floats, Integers
from provenance.stats.ratio import REST
from provenance.stats.sites.columns import add_site_columns, tell_top_level_domain
from provenance.stats.sites.names import OPEN_COUNTRY_CODES, RESERVED
from provenance.stats.weighting import read_weights, scale_to_worth

PROPERTIES = (
    "language", "top_level_domain", "domain_class", "site_type", "length", "genre", "country_english", "predictable",
)  # fmt: skip
NOT_TOLD = "(not told)"
EACH = "\teach"  # sample weights that add up to the documents that the sample is worth
Z = 1.959963984540054  # of a 95 % interval
_ROUNDING = 1e-9  # part of a sum of weights that may be left where nothing is
# Countries and territories where English is an official language, or the one of state without a law that says so.
_ENGLISH = """
ac ag as au bb bi bm bs bw bz ca ck cm dm fj fk fm gd gg gh gi gm gs gu gy hk ie im in io je jm ke ki kn ky lc lr ls mh
mp ms mt mu mw na nf ng nr nu nz pg ph pk pn pr pw rw sb sc sd sg sh sl ss sx sz tc tk to tt tv tz ug uk us vc vg vi vu
ws za zm zw
"""
ENGLISH_COUNTRY_CODES = tuple(_ENGLISH.split())
NOT_OF_A_COUNTRY = ("eu", "su", *OPEN_COUNTRY_CODES)
COUNTRY_ENGLISH = ("English not official in the country", "all other English")
PREDICTABLE = ("most predictable third", "middle third", "least predictable third")
SHIFT_SCHEMA = pl.Schema(
    {
        "property": pl.String(),
        "value": pl.String(),
        "n_input": pl.Int64(),
        "n_curated": pl.Int64(),
        "share_input": pl.Float64(),  # of documents that have the property
        "share_curated": pl.Float64(),  # of those kept
        "weighted_share": pl.Float64(),  # of those kept, by `weight`
        "odds_ratio": pl.Float64(),  # of being kept, against all other values; null where all or none were kept
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)


def measure_shift(
    documents: pl.DataFrame, properties: Sequence[str] = PROPERTIES, *, max_values: int = 20
) -> pl.DataFrame:
    """How each property's mix differs between all documents and those kept (SHIFT_SCHEMA, the largest values first).

    A row of `documents` has `kept`, `weight` (null: 1) and what the properties are told from: language, hosts, url,
    n_words, `genre_*` and `lm_human_nats`. A property that no document has is left out; values beyond the largest
    `max_values` are one. The proxies are properties of English documents, and of documents with a measured wording.
    Shares and odds are estimates of what a sample was drawn from where documents have `sample_weight`.
    Raises ConfigError without `kept` or `weight`.
    """
    missing = [name for name in ("kept", "weight") if name not in documents.columns]
    if missing:
        raise ConfigError(f"documents lack {' and '.join(missing)}; join the table of decisions")
    each = pl.Series(EACH, scale_to_worth(read_weights(documents)))
    frame = _add_properties(documents).with_columns(pl.col("weight").fill_null(1.0), _name_host(documents), each)
    rows: list[tuple[object, ...]] = []
    for name in properties:
        known = frame.filter(pl.col(name).is_not_null()) if name in frame.columns else frame.clear()
        if known.height and (known[name] != NOT_TOLD).any():
            rows += [(name, *values) for values in _compare(known, name, max_values)]
    return pl.DataFrame(rows, schema=SHIFT_SCHEMA, orient="row")


def _add_properties(documents: pl.DataFrame) -> pl.DataFrame:
    frame = add_site_columns(documents)
    if "language" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias("language"))
    made = {"genre": _tell_genre(frame), "predictable": _tell_predictable(frame)}
    if "url_host_name" in frame.columns:
        made["country_english"] = _tell_country_english()
    new = [expression.alias(name) for name, expression in made.items() if name not in frame.columns]
    told = [name for name in PROPERTIES if name not in ("country_english", "predictable")]
    return frame.with_columns(new).with_columns(pl.col(told).fill_null(NOT_TOLD))


def _name_host(documents: pl.DataFrame) -> pl.Expr:
    own = pl.format("\t{}", pl.int_range(pl.len()))
    host = pl.coalesce("url_host_name", own) if "url_host_name" in documents.columns else own
    return host.rank("dense").cast(pl.Int64).alias("\thost") - 1


def _tell_genre(frame: pl.DataFrame) -> pl.Expr:
    """What a text reads like most."""
    columns = [name for name in frame.columns if name.startswith("genre_")]
    if not columns:
        return pl.lit(None, pl.String)
    names = pl.lit(pl.Series([[name.removeprefix("genre_") for name in columns]]))
    known = pl.all_horizontal(pl.col(columns).is_not_null())
    largest = pl.concat_list(columns).list.arg_max()
    return pl.when(known).then(names.list.get(largest))


def _tell_country_english() -> pl.Expr:
    domain = tell_top_level_domain()
    country = domain.str.contains(r"^[a-z]{2}$") & ~domain.is_in((*NOT_OF_A_COUNTRY, *ENGLISH_COUNTRY_CODES))
    named = pl.when(country).then(pl.lit(COUNTRY_ENGLISH[0])).otherwise(pl.lit(COUNTRY_ENGLISH[1]))
    return pl.when((pl.col("language") == "en") & ~domain.is_in(RESERVED)).then(named)


def _tell_predictable(frame: pl.DataFrame) -> pl.Expr:
    """Thirds, within each language, of the log probability per token under the model of human wording."""
    if "lm_human_nats" not in frame.columns:
        return pl.lit(None, pl.String)
    value = pl.col("lm_human_nats")
    place = (value.rank(descending=True).over("language") - 0.5) / value.count().over("language")
    chain = pl.when(value.is_null()).then(None).when(place < 1 / 3).then(pl.lit(PREDICTABLE[0]))
    return chain.when(place < 2 / 3).then(pl.lit(PREDICTABLE[1])).otherwise(pl.lit(PREDICTABLE[2]))


def _compare(known: pl.DataFrame, name: str, max_values: int) -> Iterator[tuple[object, ...]]:
    sizes = known.group_by(name).agg(pl.len().alias("n")).sort("n", name, descending=[True, False])
    large = sizes[name].head(max_values).to_list()
    value = pl.when(pl.col(name).is_in(large)).then(name).otherwise(pl.lit(REST)).alias("value")
    table = known.select(value, pl.col("\thost").rank("dense").cast(pl.Int64) - 1, "kept", "weight", EACH)
    kept, each = pl.col("kept"), pl.col(EACH)
    cells = table.group_by("value", "\thost", maintain_order=True).agg(
        each.filter(kept).sum().alias("kept"),
        each.filter(~kept).sum().alias("left"),
        (pl.col("weight") * each).filter(kept).sum().alias("weight"),
        kept.len().cast(pl.Int64).alias("n_input"),
        kept.sum().cast(pl.Int64).alias("n_curated"),
    )
    host = cells["\thost"].to_numpy()
    counts = cells.select("kept", "left").to_numpy().T
    by_host = np.stack([np.bincount(host, weights=row) for row in counts]).astype(np.float64)
    whole, whole_kept, weight = by_host.sum(), by_host[0].sum(), float(cells["weight"].sum())
    order = [*large, REST] if sizes.height > len(large) else large
    for one in order:
        mine = (cells["value"] == one).to_numpy()
        part = counts[:, mine]
        own, own_kept = part.sum(), part[0].sum()
        share_curated = own_kept / whole_kept if whole_kept else None
        weighted = float(cells["weight"].to_numpy()[mine].sum()) / weight if weight else None
        odds = _find_odds_ratio(part, host[mine], by_host)
        counted = (int(cells[column].to_numpy()[mine].sum()) for column in ("n_input", "n_curated"))
        yield one, *counted, own / whole, share_curated, weighted, *odds


def _find_odds_ratio(part: Floats, host: Integers, by_host: Floats) -> tuple[float | None, float | None, float | None]:
    """Odds of being kept among documents of a value over those of all others, with its 95 % interval.

    `part` is (kept or left, hosts with the value), `by_host` the same of all documents. Half a document is added to
    every cell where one is empty (Haldane 1956); bounds are null where there is one host only.
    """
    inside = part.sum(axis=1)
    outside = by_host.sum(axis=1) - inside
    outside[outside < _ROUNDING * by_host.sum(axis=1)] = 0.0  # sums of weights differ in their last digits
    if 0 in (inside.sum(), outside.sum()) or 0 in by_host.sum(axis=1):
        return None, None, None
    if min(inside.min(), outside.min()) == 0:
        inside, outside = inside + 0.5, outside + 0.5
    log_ratio = float(np.log(inside[0] / inside[1] * outside[1] / outside[0]))
    if by_host.shape[1] == 1:
        return float(np.exp(log_ratio)), None, None
    sign = np.array([1.0, -1.0])
    influence = -(sign / outside) @ by_host
    influence += np.bincount(host, weights=(sign / inside + sign / outside) @ part, minlength=by_host.shape[1])
    n_hosts = by_host.shape[1]
    clustered = (influence**2).sum() * n_hosts / (n_hosts - 1)
    half = Z * float(np.sqrt(max(clustered, (1 / inside).sum() + (1 / outside).sum())))
    return float(np.exp(log_ratio)), float(np.exp(log_ratio - half)), float(np.exp(log_ratio + half))
