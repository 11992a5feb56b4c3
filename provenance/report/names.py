"""What the page calls origins, series, groups and properties."""

from collections.abc import Sequence

from provenance.report.languages import LANGUAGES

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
SOURCE_NAMES = {"same_run": "this run", "reference": "the human reference", "shipped": "references"}
MISSING = "not known"


def name_group(columns: Sequence[str], values: Sequence[str | None]) -> str:
    """A group as people read it; of a crawl beside something else only its year and week."""
    named = [name_value(value, column) for column, value in zip(columns, values, strict=True)]
    if len(named) > 1:
        named = [name.removeprefix("CC-MAIN-") for name in named]
    return ", ".join(named) if columns else "everything"


def name_columns(columns: Sequence[str]) -> str:
    """What a grouping is by, as people read it."""
    return " and ".join(GROUP_NAMES.get(column, column.replace("_", " ")) for column in columns)


def name_value(value: str | None, column: str = "") -> str:
    """A value of a column as people read it: a language by its name."""
    if value is None:
        return MISSING
    return LANGUAGES.get(value, value) if column == "language" else value
