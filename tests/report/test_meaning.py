"""What the page says in words is said of everything there is."""

from provenance.errors import Reason
from provenance.report.meaning import REASONS


def test_every_reason_is_told_in_words() -> None:
    assert set(REASONS) == {reason.value for reason in Reason}
