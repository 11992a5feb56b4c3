"""What the page calls origins, series, groups and properties."""

from collections.abc import Sequence

ORIGIN_NAMES = {
    "human": "human",
    "ai_generated": "AI-generated",
    "machine_translated": "machine-translated",
    "undetermined": "undetermined",
}
ORIGINS = ("human", "ai_generated", "machine_translated")
SYNTHETIC = ("ai_generated", "machine_translated")
AXIS_NAMES = {"ai": "AI-generated", "mt": "machine-translated"}
SERIES_NAMES = {
    "all_hosts": "all hosts",
    "same_hosts": "hosts of every period",
    "first_seen": "first seen in the period",
}
GROUP_NAMES = {
    "language": "language",
    "url_host_registered_domain": "host domain",
    "url_host_name": "host",
    "month": "month of capture",
    "crawl": "crawl",
    "top_level_domain": "top-level domain",
    "domain_class": "class of domain",
    "length": "length in words",
    "site_type": "type of site",
    "genre": "genre",
    "country_english": "English under country codes",
    "predictable": "predictability of the wording",
}
SOURCE_NAMES = {"same_run": "this run", "reference": "a reference run", "shipped": "references"}
MISSING = "not known"


def name_group(columns: Sequence[str], values: Sequence[str | None]) -> str:
    """A group as people read it."""
    return ", ".join(name_value(value) for value in values) if columns else "everything"


def name_columns(columns: Sequence[str]) -> str:
    """What a grouping is by, as people read it."""
    return " and ".join(GROUP_NAMES.get(column, column.replace("_", " ")) for column in columns)


def name_value(value: str | None) -> str:
    """A value as people read it."""
    return MISSING if value is None else value
