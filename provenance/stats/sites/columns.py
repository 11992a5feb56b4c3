"""What a document's address, date and length tell of it: the columns that estimates and trends are grouped by.

A rule that is not sure says null. The sets of values are closed (`site_names.CLASSES` and `SITE_TYPES`); how often the
rules are right was checked by hand: docs/trends.md.
"""

from typing import TypeVar

import polars as pl

from provenance.stats.sites.names import (
    DOMAIN_CLASSES,
    GENERIC,
    IDN_COUNTRY_CODES,
    OPEN_COUNTRY_CODES,
    RESERVED,
)
from provenance.stats.sites.types import tell_site_type

SITE_COLUMNS = ("month", "top_level_domain", "domain_class", "length", "site_type")
_NEEDED = ("url", "url_host_name", "url_host_registered_domain", "generator", "n_words")
LENGTHS = ("under 80", "80-199", "200-499", "500-1,999", "2,000+")  # words, in their order
_LENGTH_ENDS = (79, 199, 499, 1999)

# Second-level domains by the public suffix list (publicsuffix.org), ICANN part: `go`, `ac`, `or` and others mean this
# under some country codes only (go.it is Gorizia).
_GOVERNMENT = (
    r"(?:^|\.)(?:(?:gov|gob|gouv|gub|govt)\.[a-z]{2}|go\.(?:jp|kr|id|th|ke|tz|ug|cr|ci|tj)|gv\.(?:at|ao)|lg\.jp"
    r"|(?:gov|gouv)\.[a-z]{2}\.ca|(?:jus|leg|mp)\.br|gog\.pk|kommune\.no|(?:nhs|police|parliament)\.uk|parliament\.nz"
    r"|muni\.il|nic\.in|gc\.ca|fed\.us|state\.[a-z]{2}\.us|(?:ci|co)\.[a-z-]+\.[a-z]{2}\.us)$"
)
_EDUCATION = (
    r"(?:^|\.)(?:edu\.[a-z]{2}|ac\.(?:ae|at|be|bw|ci|cn|cr|cy|eg|fj|gn|id|il|im|in|ir|jp|ke|kr|lk|ls|ma|me|ml|mu|mw"
    r"|mz|ni|nz|pa|pk|pr|rs|rw|se|sz|th|tj|tz|ug|uk|vn|za|zm|zw)|sch\.(?:ae|id|ir|jo|lk|ly|ng|qa|sa|ss|uk|zm)"
    r"|school\.(?:nz|za)|ed\.(?:jp|ao|ci|cr)|k12\.(?:il|tr|[a-z]{2}\.us)|(?:uni|univ)-[a-z0-9-]+\.(?:de|at|fr|lu))$"
)
_MILITARY = r"(?:^|\.)(?:mil\.[a-z]{2}|idf\.il|mod\.(?:uk|gi)|bundeswehr\.de)$"
_ORGANISATION = (
    r"(?:^|\.)(?:org\.[a-z]{2}|or\.(?:at|bi|ci|cr|id|jp|ke|kr|mu|th|tz|ug)|asso\.[a-z]{2}|ngo\.(?:lk|ph|za))$"
)
_ADDRESS = r"^\[|:|^[\d.]+$"  # of an IP host, in either version
_STATE_ZONE = r"\.(?:com|co|net|nom)\.[a-z]{2}$"  # of open country codes: registered as in other countries

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def add_site_columns(frame: Frame) -> Frame:
    """The frame with those of `SITE_COLUMNS` it lacks beside its own, all text; calling it again changes nothing.

    `month` (YYYY-MM) comes from `fetch_time`, `length` from `n_words`, `top_level_domain` from `url_host_name`,
    `domain_class` from that and `url_host_registered_domain`, `site_type` from those, `url` and `generator`. Null where
    the columns are missing or do not tell; without a `url` column every `site_type` is null.
    """
    present = frame.collect_schema().names()
    lacking = [name for name in _NEEDED if name not in present]
    absent = [pl.lit(None, pl.Int64 if name == "n_words" else pl.String).alias(name) for name in lacking]
    made = {
        "month": pl.col("fetch_time").dt.strftime("%Y-%m") if "fetch_time" in present else pl.lit(None, pl.String),
        "top_level_domain": tell_top_level_domain(),
        "domain_class": tell_domain_class(),
        "length": tell_length(),
        "site_type": tell_site_type(tell_domain_class()) if "url" in present else pl.lit(None, pl.String),
    }
    new = [expression.alias(name) for name, expression in made.items() if name not in present]
    return frame.with_columns(absent).with_columns(new).drop(lacking)


def tell_top_level_domain() -> pl.Expr:
    """The last label of `url_host_name`, lower case; null for IP addresses, single labels and no host."""
    host = _host()
    return pl.when(~host.str.contains(_ADDRESS)).then(host.str.extract(r"[^.]\.([^.]+)$"))


def tell_domain_class() -> pl.Expr:
    """One of `CLASSES`: by the registered domain where that is listed, else by the suffix of `url_host_name`."""
    host, last = _host(), tell_top_level_domain()
    listed = pl.col("url_host_registered_domain").replace_strict(DOMAIN_CLASSES, default=None, return_dtype=pl.String)
    state = last.str.contains(r"^[a-z]{2}$") | last.is_in(IDN_COUNTRY_CODES)
    open_state = last.is_in(OPEN_COUNTRY_CODES) & ~host.str.contains(_STATE_ZONE)
    return (
        pl.when(last.is_null() | last.is_in(RESERVED))
        .then(None)
        .when(host.str.contains(_MILITARY) | (last == "mil"))
        .then(pl.lit("military"))
        .when(listed.is_not_null())
        .then(listed)
        .when(host.str.contains(_GOVERNMENT) | (last == "gov"))
        .then(pl.lit("government"))
        .when(host.str.contains(_EDUCATION) | (last == "edu"))
        .then(pl.lit("education"))
        .when(last == "int")
        .then(pl.lit("international"))
        .when(host.str.contains(_ORGANISATION) | last.is_in(("org", "ngo", "ong")))
        .then(pl.lit("organisation"))
        .when(last.is_in(GENERIC))
        .then(pl.lit("generic"))
        .when(open_state)
        .then(pl.lit("open_country_code"))
        .when(state)
        .then(pl.lit("country_code"))
        .otherwise(pl.lit("new_generic"))
    )


def tell_length() -> pl.Expr:
    """The class of `n_words` in `LENGTHS`."""
    words = pl.col("n_words")
    chosen = [pl.when(words <= end).then(pl.lit(name)) for end, name in zip(_LENGTH_ENDS, LENGTHS, strict=False)]
    return pl.when(words.is_not_null()).then(pl.coalesce(*chosen, pl.lit(LENGTHS[-1])))


def _host() -> pl.Expr:
    return pl.col("url_host_name").str.to_lowercase().str.strip_chars_end(".")
