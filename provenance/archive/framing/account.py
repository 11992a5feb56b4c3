"""Every stored byte of an archive is counted once: as part of a record, or as passed over, with a reason."""

from enum import StrEnum

from provenance.archive.record import Skipped


class Skip(StrEnum):
    """Why stored bytes were not read into a record."""

    GARBAGE = "garbage"  # they decode, and no record starts in them
    DAMAGED = "damaged"  # they do not decode, or a record's headers have no end
    TRUNCATED = "truncated"  # a record that the file ends in
    EMPTY_MEMBER = "empty_member"  # a member, or a skippable frame, without data
    PADDING = "padding"  # zero bytes and line ends between members


class Account:
    """Moves over a file from `start` on; what it is told adds up to where it is."""

    def __init__(self, start: int = 0) -> None:
        self.at = start
        self.read = 0
        self.skipped: list[Skipped] = []

    def count_read(self, end: int) -> None:
        """Bytes up to `end` were read into a record."""
        if end > self.at:
            self.read += end - self.at
            self.at = end

    def count_skipped(self, end: int, reason: Skip) -> int:
        """Bytes up to `end` were passed over; how many. Neighbours of one reason are one stretch."""
        n = max(0, end - self.at)
        if n == 0:
            return 0
        last = self.skipped[-1] if self.skipped else None
        if last is not None and last.reason == reason and last.offset + last.length == self.at:
            self.skipped[-1] = Skipped(last.offset, last.length + n, reason)
        else:
            self.skipped.append(Skipped(self.at, n, reason))
        self.at = end
        return n
