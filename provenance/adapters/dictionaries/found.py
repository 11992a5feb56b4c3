"""What a reader of a dictionary gives: entries, and how many lines it could make nothing of."""

from dataclasses import dataclass, field

from provenance.train.calques.entries import Entry

LONGEST = 8000  # characters of a line; a longer one is taken for damaged


@dataclass(slots=True)
class Found:
    """Entries in file order; `bad` are places that could not be read, in words."""

    entries: list[Entry] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
