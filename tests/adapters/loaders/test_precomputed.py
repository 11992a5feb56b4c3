"""Scores measured before are found by key, whatever the file's order and size."""

import logging
import os
import pickle

import numpy as np
import polars as pl
import pytest

from provenance.adapters.loaders.precomputed import Scores
from provenance.errors import ConfigError
from tests.adapters.loaders.made_scores import make_row, make_run, make_scores


def test_known_keys_are_found_in_order_and_unknown_ones_told(tmp_path):
    scores = Scores(make_scores(tmp_path / "s.parquet"))
    known, found = scores.find(["d5", "nowhere", "d0", None, "d3"])
    assert known.tolist() == [True, False, True, False, True]
    assert found.column("origin") == ["machine_translated", "ai_generated", "undetermined"]
    assert found.column("ai_score") == [0.1, 0.9, None]
    assert (found.column("n_words"), found.column("language")) == ([105, 100, 103], ["en"] * 3)


def test_every_row_of_a_file_is_found_as_it_stands(tmp_path):
    path = make_scores(tmp_path / "s.parquet", 5000)
    known, found = Scores(path).find([f"d{i}" for i in range(5000)])
    assert known.all()
    for name in ("ai_score", "mt_score", "ai_llr", "mt_llr", "origin", "n_words"):
        assert found.column(name) == pl.read_parquet(path)[name].to_list()


def test_a_row_of_one_key_is_that_of_many(tmp_path):
    scores = Scores(make_scores(tmp_path / "s.parquet"))
    assert scores.all.n_words[scores.find_row("d7")] == 107
    assert scores.find_row("nowhere") == -1


def test_keys_may_be_numbers(tmp_path):
    pl.DataFrame({"id": [10, 11], "ai_score": [0.1, 0.2]}).write_parquet(tmp_path / "s.parquet")
    known, found = Scores(tmp_path / "s.parquet").find([11, np.int64(10), 12])
    assert (known.tolist(), found.column("ai_score")) == ([True, True, False], [0.2, 0.1])


def test_an_empty_file_knows_nothing(tmp_path):
    scores = Scores(make_scores(tmp_path / "s.parquet", 1))
    pl.read_parquet(tmp_path / "s.parquet").clear().write_parquet(tmp_path / "empty.parquet")
    assert Scores(tmp_path / "empty.parquet").find(["d0"])[0].tolist() == [False]
    assert len(scores) == 1


def test_of_rows_with_one_key_the_first_counts_and_it_is_told(tmp_path, caplog):
    rows = [make_row(i) for i in range(1000)]
    again = [{**row, "n_words": 1} for row in reversed(rows)]
    pl.DataFrame(rows + again, infer_schema_length=None).write_parquet(tmp_path / "s.parquet")
    with caplog.at_level(logging.WARNING):
        found = Scores(tmp_path / "s.parquet").find([row["id"] for row in rows])[1]
    assert found.column("n_words") == [row["n_words"] for row in rows]
    assert "1000 of 2000 rows of scores repeat a id" in caplog.text


def test_several_files_are_one(tmp_path):
    make_scores(tmp_path / "a.parquet", 3)
    pl.DataFrame([{**make_row(4), "id": "other"}]).write_parquet(tmp_path / "b.parquet")
    scores = Scores([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert scores.find(["other", "d2"])[1].column("ai_score") == [0.9, 0.05]


def test_columns_that_a_file_lacks_are_null(tmp_path):
    pl.DataFrame({"doc_id": ["a"], "ai_score": [0.5]}).write_parquet(tmp_path / "s.parquet")
    _, found = Scores(tmp_path / "s.parquet").find(["a"])
    assert [found.column(name) for name in ("mt_score", "n_words", "language", "origin")] == [
        [None],
        [None],
        [None],
        ["undetermined"],
    ]


def test_of_a_run_cluster_sizes_over_all_shards_are_known(tmp_path):
    run = make_run(tmp_path, [("d0", "unique"), ("d1", "near"), ("d1", "near"), ("d1", "exact")])
    _, found = Scores(run).find(["d0", "d1", "d2", "d3"])
    assert found.cluster_size.tolist() == [1, 3, 3, 3]
    assert found.pair.tolist() == [0, 0, 0, 0]
    assert found.column("n_words") == [100, 101, 102, 103]


def test_of_a_run_a_contrast_and_what_it_stands_beside_share_a_number(tmp_path):
    run = make_run(tmp_path, [("d0", "near"), ("d2", "unique"), ("d0", "contrast"), ("d3", "unique")])
    pair = Scores(run).find(["d0", "d1", "d2", "d3"])[1].pair.tolist()
    assert pair[0] == pair[2] != 0
    assert pair[1] == pair[3] == 0


def test_a_run_is_looked_up_by_another_column_of_its_documents(tmp_path):
    run = make_run(tmp_path, [("d0", "unique"), ("d1", "unique")])
    assert Scores(run, key="content_digest").find(["sha1:d1"])[1].column("mt_score") == [0.9]


def test_a_file_written_anew_is_read_anew(tmp_path):
    path = make_scores(tmp_path / "s.parquet", 2)
    assert Scores(path).find(["d1"])[1].column("ai_score") == [0.1]
    before = Scores(path).digest()
    pl.DataFrame([{**make_row(1), "ai_score": 0.7}]).write_parquet(path)
    assert Scores(path).find(["d1"])[1].column("ai_score") == [0.7]
    assert Scores(path).digest() != before


def test_the_digest_is_of_the_contents_not_of_their_time(tmp_path):
    path = make_scores(tmp_path / "s.parquet", 2)
    before = Scores(path).digest()
    os.utime(path, (1, 1))
    assert Scores(path).digest() == before


def test_what_is_pickled_is_a_path_not_the_scores(tmp_path):
    scores = Scores(make_scores(tmp_path / "s.parquet", 5000))
    scores.find(["d0"])
    assert len(pickle.dumps(scores)) < 1000
    assert pickle.loads(pickle.dumps(scores)) == scores


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"name": ["a"], "ai_score": [0.1]}, "neither doc_id nor id"),
        ({"id": ["a"], "text": ["b"]}, "no scores"),
    ],
)
def test_a_file_without_what_is_needed_is_refused(tmp_path, columns, said):
    pl.DataFrame(columns).write_parquet(tmp_path / "s.parquet")
    with pytest.raises(ConfigError, match=said):
        Scores(tmp_path / "s.parquet").find(["a"])


def test_a_key_that_is_no_column_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no column 'digest'"):
        Scores(make_scores(tmp_path / "s.parquet"), key="digest").find(["a"])
    with pytest.raises(ConfigError, match="no column 'digest'"):
        Scores(make_run(tmp_path / "run", [("d0", "unique")] * 2), key="digest").find(["a"])


def test_what_is_no_file_of_scores_is_refused(tmp_path):
    (tmp_path / "text.parquet").write_text("no parquet")
    for path in (tmp_path / "absent", tmp_path, tmp_path / "text.parquet"):
        with pytest.raises(ConfigError, match=path.name):
            Scores(path)


def test_tables_of_a_run_that_do_not_agree_are_refused(tmp_path):
    run = make_run(tmp_path, [("d0", "unique")] * 4)
    path = run / "documents/crawl=C/a.parquet"
    pl.read_parquet(path).head(1).write_parquet(path)
    with pytest.raises(ConfigError, match="differ in length"):
        Scores(run).find(["d0"])


def test_scores_that_are_gone_are_told_with_a_key_and_when_unpickled(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.parquet: no such file or folder of scores"):
        Scores(tmp_path / "nowhere.parquet", key="id")
    path = make_scores(tmp_path / "scores.parquet")
    sent = pickle.dumps(Scores(path))
    path.unlink()
    with pytest.raises(ConfigError, match=r"scores\.parquet: no such file or folder of scores"):
        pickle.loads(sent)
