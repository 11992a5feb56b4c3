"""What was seen is saved, goes on from a checkpoint, and adds up over ranks."""

import json
import logging
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenance import Seen
from provenance.errors import ConfigError
from tests.adapters.seen.test_counts import make_packed


def watch(seen: Seen, first: int, last: int) -> Seen:
    """Batches of four, each different, with a new epoch after every fifth."""
    for number in range(first, last):
        seen.update({"provenance": make_packed(4, seed=number)})
        if number % 5 == 4:
            seen.next_epoch()
    return seen


def same(one: Seen, other: Seen) -> bool:
    return one.counts().equals(other.counts()) and one.state_dict()["sample"] == other.state_dict()["sample"]


def through_json(state: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(state, allow_nan=False))


def test_counts_go_on_from_a_checkpoint_as_if_nothing_had_happened() -> None:
    whole = watch(Seen(max_sample=20), 0, 17)
    for stop in (0, 3, 5, 16):
        first = watch(Seen(max_sample=20), 0, stop)
        resumed = Seen(max_sample=20)
        resumed.update({"provenance": make_packed(9, seed=99)})  # seen after the checkpoint: lost with it
        resumed.load_state_dict(through_json(first.state_dict()))
        assert same(watch(resumed, stop, 17), whole), stop
        assert resumed.epoch == whole.epoch


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    seen = watch(Seen(rank=1), 0, 12)
    seen.save(tmp_path / "seen.json")
    assert same(Seen.load(tmp_path / "seen.json"), seen)
    assert [path.name for path in tmp_path.iterdir()] == ["seen.json"]


def test_a_file_is_strict_json_whose_counts_add_up(tmp_path: Path) -> None:
    seen = watch(Seen(), 0, 17)
    seen.update([{"origin": None, "ai_score": float("nan")}])
    seen.save(tmp_path / "seen.json")

    def refuse(name: str) -> None:
        raise AssertionError(name)

    content = json.loads((tmp_path / "seen.json").read_text(), parse_constant=refuse)
    assert content["format"] == "provenance seen 1"
    assert sum(row["n_documents"] for row in content["counts"] if row["part"] == "origin") == 69
    assert [row["epoch"] for row in content["ratio"]] == [None, None, 1, 1, 2, 2, 3, 3]
    assert content["ratio"][0]["n_documents"] == 69


def test_ranks_add_up_exactly_in_any_order(tmp_path: Path) -> None:
    ranks = [watch(Seen(rank=rank, max_sample=30), 10 * rank, 10 * rank + 8) for rank in range(3)]
    ranks[2].save(tmp_path / "seen-2.json")
    merged = ranks[0].merge([ranks[1], tmp_path / "seen-2.json"])
    assert same(merged, ranks[2].merge([ranks[1], ranks[0]]))
    assert same(ranks[0].merge(tmp_path / "seen-2.json"), ranks[0].merge([ranks[2]]))
    assert same(ranks[0].merge(str(tmp_path / "seen-2.json")), ranks[0].merge(ranks[2]))
    assert merged.counts().equals(pl.concat([one.counts() for one in ranks]).sort("epoch", "rank", maintain_order=True))
    assert merged.ratio()["n_documents"][0] == 3 * 8 * 4
    assert merged.ratio()["n_sampled"][0] == 30
    assert sum(row["n_documents"] for row in ranks[0].table().to_dicts()) == 32  # as it was


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "provenance seen 1"}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "seen.json").write_text(content)
    with pytest.raises(ConfigError, match=r"seen\.json"):
        Seen.load(tmp_path / "seen.json")


def test_a_damaged_sample_is_refused() -> None:
    state = watch(Seen(), 0, 2).state_dict()
    state["sample"]["data"] = state["sample"]["data"][:-8]
    with pytest.raises(ConfigError, match="damaged"):
        Seen().load_state_dict(state)


def test_reports_come_after_so_many_documents_as_plain_numbers() -> None:
    reports: list[dict[str, float]] = []
    seen = watch(Seen(every=10, on_report=reports.append), 0, 8)
    assert [report["provenance/n_documents"] for report in reports] == [12, 24]
    assert all(type(value) is float and value == value for report in reports for value in report.values())
    shares = [f"provenance/{name}_share" for name in seen.table()["origin"].unique()]
    assert sum(reports[-1][name] for name in shares) == pytest.approx(1.0)
    assert "provenance/n_tokens" not in reports[-1]


def test_the_log_gets_one_line(caplog: pytest.LogCaptureFixture) -> None:
    seen = watch(Seen(), 0, 8)
    with caplog.at_level(logging.INFO):
        seen.log()
        seen.log(logging.getLogger("mine"))
        Seen().log()
    assert [record.name for record in caplog.records] == ["provenance.seen", "mine", "provenance.seen"]
    line = caplog.messages[0]
    assert "\n" not in line
    assert line.startswith("seen 32 documents, ")
    assert "not estimable" in line
    assert caplog.messages[2].startswith("seen 0 documents")


def test_options_that_make_no_sense_are_refused() -> None:
    for options in ({"max_sample": 0}, {"every": 0}):
        with pytest.raises(ConfigError):
            Seen(**options)
