"""Counts of parts add up to those of the whole, wherever it is cut; what cannot be read is named."""

import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from provenance.errors import ShardError
from provenance.jobs.finished import open_finished
from provenance.jobs.gather import RunTables, scan_choices, scan_scored
from provenance.jobs.sources.plan import Shard
from provenance.jobs.tabulate import groups
from provenance.jobs.tabulate.counts import Counts, add_up, count_shard
from provenance.jobs.tabulate.examples import load_examples
from provenance.jobs.tabulate.groups import gathered, group_shards, load_counts
from provenance.jobs.tabulate.totals import count_totals
from provenance.jobs.wordings import scan_wordings
from provenance.report import add_evidence, describe_evidence, tally_evidence
from provenance.schema import EVIDENCE_DTYPE
from tests.made_runs import copy_run, two_runs  # noqa: F401  a fixture

Runs = tuple[Path, Path]


@pytest.fixture(scope="module")
def run(two_runs: Runs) -> RunTables:  # noqa: F811
    return open_finished(two_runs[:1]).tables[0]


@pytest.fixture(scope="module")
def shards(run: RunTables) -> list[Counts]:
    return [count_shard(run, shard) for shard in run.shards]


def tables_of(counts: Counts) -> str:
    return counts.to_json()


def test_counts_do_not_depend_on_the_cut(shards: list[Counts]) -> None:
    whole = tables_of(add_up(shards))
    for cut in range(1, len(shards)):
        assert tables_of(add_up([add_up(shards[:cut]), add_up(shards[cut:])])) == whole


def test_counts_are_those_of_the_tables(run: RunTables, shards: list[Counts]) -> None:
    counts, documents = add_up(shards), scan_scored([run]).collect()
    assert counts.by_value("origin") == dict(documents["origin"].value_counts().iter_rows())
    assert counts.by_value("kept")["true"] == sum(counts.by_value("curated_language", null="").values())
    by_origin = counts.origins.filter(pl.col("column") == "language")
    assert by_origin["n_words"].sum() == documents["n_words"].sum()
    assert (
        counts.scores["n_documents"].sum()
        == documents.select(pl.col("ai_score", "mt_score").count()).sum_horizontal()[0]
    )


def test_counts_come_back_from_text(shards: list[Counts]) -> None:
    for one in shards:
        assert tables_of(Counts.from_json(one.to_json())) == one.to_json()


def test_evidence_adds_up_to_the_same_in_any_order() -> None:
    chance = random.Random(1)
    nats = [[chance.uniform(-9, 9) for _ in range(50)] for _ in range(6)]
    parts = [[{"signal": "s", "value": 1.0, "nats": one, "detail": str(one)} for one in part] for part in nats]
    tallies = [
        tally_evidence(pl.LazyFrame({"evidence": [part]}, schema={"evidence": EVIDENCE_DTYPE})).collect()
        for part in parts
    ]
    forth, back = (
        describe_evidence(add_evidence(pl.concat(some).lazy())).collect() for some in (tallies, tallies[::-1])
    )
    assert forth.equals(back)
    together = [one for part in nats for one in part]
    assert forth["mean_nats"][0] == pytest.approx(sum(together) / len(together), abs=1e-7)
    assert forth["detail"][0] == str(max(together))


@pytest.mark.parametrize("size", [1, 60, 1_000])
def test_what_is_gathered_of_groups_is_what_stands_in_the_shards(
    run: RunTables, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(groups, "GROUP_DOCUMENTS", size)
    with gathered([run]) as (found,):
        assert len(found.groups) == {1: len(run.shards), 1_000: 1}.get(size, len(found.groups))
        assert scan_scored([found]).collect().equals(scan_scored([run]).collect())
        assert scan_choices([found]).collect().equals(scan_choices([run]).collect())
        words = [scan_wordings([one], "month").collect().sort(pl.all()) for one in (found, run)]
        assert words[0].equals(words[1])
        assert count_totals(found, load_counts(found))["documents"] == scan_scored([run]).collect().height


def test_examples_are_read_from_where_they_stand(run: RunTables, shards: list[Counts]) -> None:
    shown = load_examples([run], [add_up(shards)])
    assert shown
    texts = {shard: run.scan("documents", shard, ("doc_id", "text", "url")).collect() for shard in run.shards}
    rows = pl.concat(texts.values())
    for example in shown:
        assert rows.filter(doc_id=example.doc_id).row(0) == (example.doc_id, example.text, example.url)


def test_groups_are_of_neighbours_and_none_is_empty() -> None:
    shards = [Shard("c", str(n), "", 0) for n in range(6)]
    sizes = [100_000, 200_000, 10, 0, 900_000, 5]
    found = group_shards(shards, sizes)
    assert [[shard.name for shard in group] for group in found] == [["0"], ["1", "2", "3"], ["4"], ["5"]]
    assert group_shards([], []) == []


@pytest.fixture
def damaged(two_runs: Runs, tmp_path: Path) -> tuple[RunTables, Path]:  # noqa: F811
    copy = copy_run(two_runs[0], tmp_path / "copy")
    found = open_finished([copy]).tables[0]
    return found, sorted((copy / "signals").rglob("*.parquet"))[1]


def test_a_table_that_is_not_whole_is_named(damaged: tuple[RunTables, Path]) -> None:
    run, table = damaged
    table.write_bytes(table.read_bytes()[:-20])
    with pytest.raises(ShardError, match=rf"{table}: damaged .* delete this file; give the command"), gathered([run]):
        pass


def test_a_table_that_is_gone_is_named(damaged: tuple[RunTables, Path]) -> None:
    run, table = damaged
    table.unlink()
    with pytest.raises(ShardError, match=f"{table}: missing"), gathered([replace(run)]):
        pass
