"""What the page says in words is said of everything there is."""

from provenance.errors import Reason
from provenance.report.meaning import REASONS, explain_signal


def test_every_reason_is_told_in_words() -> None:
    assert set(REASONS) == {reason.value for reason in Reason}


def test_signals_that_share_a_family_are_told_apart() -> None:
    assert explain_signal("lm_human_nats") != explain_signal("lm_ai_llr")
    assert explain_signal("unicode_mojibake").startswith("text decoded with a wrong character set")


def test_a_family_stands_for_signals_without_words_of_their_own() -> None:
    assert explain_signal("phrase_decisive") == "phrases that chat models leave behind"
    assert explain_signal("nothing_known") == ""
