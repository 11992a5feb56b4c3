"""Counts of what was given out: from every shape of batch, by epoch, rank and origin, exactly."""

import math
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from provenance import Declared, Seen
from provenance.adapters.loaders.declared import DeclaredSource
from provenance.adapters.loaders.packed import pack
from provenance.adapters.loaders.scored import ORIGINS, make_scored
from provenance.errors import ConfigError

SOURCES = Declared((DeclaredSource("textbooks", "a teacher"), DeclaredSource("pairs", "a teacher")))


def make_samples() -> list[dict[str, Any]]:
    """Eight samples: 3 human, 2 AI-generated (one of a declared source), 1 machine-translated, 2 without a score."""
    origins = ["human", "ai_generated", "human", None, "machine_translated", "undetermined", "human", "ai_generated"]
    return [
        {
            "text": f"text {i}",
            "origin": origin,
            "ai_score": None if origin in (None, "undetermined") else 0.5,
            "mt_score": None if origin in (None, "undetermined") else 0.25,
            "n_words": None if origin is None else 100 + i,
            "problem": "no text" if origin is None else None,
            "source": "pairs" if i == 7 else "web",
            "input_ids": list(range(i + 1)),
        }
        for i, origin in enumerate(origins)
    ]


def make_packed(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scored = make_scored(
        n,
        origin=rng.integers(0, len(ORIGINS), n),
        n_words=rng.integers(80, 900, n),
        ai_score=rng.random(n),
        mt_score=rng.random(n),
        declared=np.where(rng.random(n) < 0.2, 1, -1),
        language=np.array(["en"] * n),
    )
    return pack(scored, np.ones(n), stream=0, block=0, offsets=np.arange(n))


def count(seen: Seen, measure: str = "n_documents") -> dict[str, int]:
    return dict(seen.table().group_by("origin").agg(pl.col(measure).sum()).iter_rows())


EXPECTED = {"human": 3, "ai_generated": 1, "machine_translated": 1, "undetermined": 2, "declared_synthetic": 1}


def as_shapes() -> dict[str, Any]:
    samples = make_samples()
    columns = {name: [sample[name] for sample in samples] for name in samples[0]}
    frame = pl.DataFrame(columns)
    return {
        "list of samples": samples,
        "dict of lists": columns,
        "dict of arrays": {name: np.array(values, object) for name, values in columns.items() if name != "input_ids"}
        | {"input_ids": columns["input_ids"]},
        "polars": frame,
        "pyarrow": frame.to_arrow(),
        "record batch": pa.RecordBatch.from_pylist(samples),
    }


@pytest.mark.parametrize("shape", list(as_shapes()))
def test_every_shape_of_batch_is_counted_alike(shape: str) -> None:
    seen = Seen(declared=SOURCES, tokens="input_ids")
    seen.update(as_shapes()[shape])
    assert count(seen) == EXPECTED
    assert count(seen, "n_words")["human"] == 100 + 102 + 106
    assert count(seen, "n_tokens")["declared_synthetic"] == 8
    named = {(part, name): n for part, name, n in seen.counts().select("part", "name", "n_documents").iter_rows()}
    assert named["source", "pairs"] == 1
    assert named["unscored", "unscored"] == 2
    assert named["problem", "no text"] == 1


def test_the_packed_numbers_of_a_loader_are_counted_as_they_were_packed() -> None:
    packed = make_packed(1000)
    seen = Seen(declared=SOURCES)
    for start in range(0, 1000, 32):
        seen.update({"provenance": packed[start : start + 32], "text": ["..."] * 32})
    declared, origin, words = packed[:, 4] >= 0, packed[:, 3], packed[:, 5]
    for number, name in enumerate(ORIGINS):
        chosen = ~declared & (origin == number)
        assert count(seen)[name] == chosen.sum()
        assert count(seen, "n_words")[name] == words[chosen].sum()
    assert count(seen)["declared_synthetic"] == declared.sum()
    assert seen.counts().filter(part="source")["name"].to_list() == ["pairs"]


@pytest.mark.parametrize("shape", ["batch", "list of samples", "one sample", "bits", "array"])
def test_packed_numbers_come_in_every_form_a_loader_gives(shape: str) -> None:
    packed = make_packed(6)
    forms: dict[str, list[Any]] = {
        "batch": [{"provenance": packed}],
        "list of samples": [[{"provenance": row} for row in packed]],
        "one sample": [{"provenance": row} for row in packed],
        "bits": [{"provenance": packed.view(np.int64)}],
        "array": [packed],
    }
    seen = Seen()
    for batch in forms[shape]:
        seen.update(batch)
    whole = Seen()
    whole.update({"provenance": packed})
    assert seen.counts().equals(whole.counts())
    assert sum(count(seen).values()) == 6


def test_one_score_is_a_score() -> None:
    seen = Seen()
    seen.update({"origin": ["undetermined"] * 3, "ai_score": [0.4, None, None], "mt_score": [None, None, 0.4]})
    assert seen.counts().filter(part="unscored")["n_documents"].to_list() == [1]


def test_a_loader_may_write_into_a_batch_again() -> None:
    packed, seen = make_packed(80), Seen()
    expected = int((packed[:, 4] >= 0).sum())
    assert expected > 0
    seen.update({"provenance": packed})
    packed[:, 4] = -1
    assert count(seen)["declared_synthetic"] == expected


class OnDevice:
    """What a tensor on another device is to us; `fetched` counts how often it was waited for."""

    def __init__(self, values: np.ndarray) -> None:
        self._values, self.shape, self.dtype, self.fetched = values, values.shape, values.dtype, 0
        self.device = type("Device", (), {"type": "cuda"})()

    def __len__(self) -> int:
        return len(self._values)

    def detach(self) -> "OnDevice":
        return self

    def cpu(self) -> Any:
        self.fetched += 1
        return type("OnHost", (), {"numpy": lambda _: self._values})()


def test_numbers_on_another_device_are_fetched_when_they_are_asked_for_and_not_at_each_step() -> None:
    seen, packed = Seen(), OnDevice(make_packed(5))
    seen.update({"provenance": packed, "provenance_tokens": OnDevice(np.arange(5))})
    assert packed.fetched == 0
    assert sum(count(seen).values()) == 5
    assert sum(count(seen, "n_tokens").values()) == 10
    assert packed.fetched == 1


def test_epochs_and_ranks_have_rows_of_their_own() -> None:
    seen = Seen(rank=3)
    seen.update(make_packed(10))
    seen.next_epoch()
    seen.update(make_packed(20))
    seen.set_epoch(7)
    seen.update(make_packed(5))
    sums = (
        seen.table()
        .group_by("epoch", "rank", maintain_order=True)
        .agg(pl.col("n_documents").sum(), pl.col("share").sum())
    )
    assert sums.rows() == [
        (0, 3, 10, pytest.approx(1.0)),
        (1, 3, 20, pytest.approx(1.0)),
        (7, 3, 5, pytest.approx(1.0)),
    ]


def test_a_loop_that_ends_early_has_counted_what_it_got() -> None:
    given: list[int] = []

    def load() -> Any:
        for i in range(10):
            given.append(i)
            yield make_packed(4, seed=i)

    seen = Seen()
    for number, batch in enumerate(seen.watch(load())):
        assert batch.shape == (4, 12)
        if number == 2:
            break
    assert (len(given), sum(count(seen).values())) == (3, 12)


def test_tokens_are_those_of_the_field_without_padding() -> None:
    packed = make_packed(2)
    mask = np.array([[1, 1, 1, 0], [1, 0, 0, 0]])
    batch = {
        "provenance": packed,
        "attention_mask": mask,
        "input_ids": np.zeros((2, 4), int),
        "labels": np.array([[5, -100, -100, -100], [5, 6, -100, -100]]),
        "n": np.array([10.0, math.nan]),
        "lists": [[1, 2, 3], None],
    }
    expected = {
        "attention_mask": (4, 0),
        "input_ids": (4, 0),
        "labels": (3, 0),
        "n": (10, 1),
        "lists": (4, 0),
        "no": (0, 2),
    }
    for field, (n_tokens, n_unknown) in expected.items():
        seen = Seen(tokens=field)
        seen.update(batch)
        sums = seen.counts().filter(part="origin").sum()
        assert (sums["n_tokens"][0], sums["n_without_tokens"][0]) == (n_tokens, n_unknown), field
    seen = Seen(tokens="lists")
    seen.update({"provenance": packed, "lists": [[1, 2, 3], None]})
    assert seen.counts().filter(part="origin")["n_tokens"].sum() == 3
    seen = Seen(tokens=lambda batch: [7, None])
    seen.update(batch)
    assert seen.counts().filter(part="origin")["n_tokens"].sum() == 7
    assert seen.counts().filter(part="origin")["n_without_tokens"].sum() == 1


def test_what_nobody_counted_is_null_and_not_zero() -> None:
    seen = Seen()
    seen.update({"origin": ["human", "undetermined"]})
    table = seen.table()
    assert table.filter(origin="human").select("n_words", "n_tokens", "share_of_tokens").row(0) == (None, None, None)
    assert table.filter(origin="human")["share"].item() == 0.5
    assert table.filter(origin="ai_generated")["n_words"].item() == 0


def test_tokens_of_joined_samples_are_refused_with_the_way_out() -> None:
    with pytest.raises(ConfigError, match="before they are joined"):
        Seen(tokens="input_ids").update({"provenance": make_packed(3), "input_ids": np.zeros((1, 30), int)})


@pytest.mark.parametrize(
    "batch",
    [{"text": ["a", "b"]}, [{"text": "a"}], ["a", "b"], "a text", pl.DataFrame({"text": ["a"]}), np.zeros((3, 5))],
)
def test_a_batch_that_tells_no_origin_is_refused(batch: Any) -> None:
    with pytest.raises(ConfigError, match="neither `provenance` nor a column `origin`"):
        Seen().update(batch)


def test_an_empty_batch_is_nothing_seen() -> None:
    seen = Seen(tokens="input_ids")
    for batch in ([], (), {"origin": [], "ai_score": []}, pl.DataFrame(make_samples()).head(0), make_packed(0)):
        seen.update(batch)
    seen.update(make_samples())
    assert seen.table()["n_documents"].sum() == len(make_samples())
    assert next(iter(Seen().watch([[], make_samples()]))) == []


def test_an_origin_of_another_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="'machine' is none of human"):
        Seen().update({"origin": ["human", "machine"]})


def test_a_users_own_field_called_provenance_is_no_obstacle() -> None:
    seen = Seen()
    seen.update([{"provenance": "crawled in May", "origin": "human"}])
    seen.update({"provenance": ["crawled in May"], "origin": ["human"]})
    assert count(seen)["human"] == 2
