"""The realised ratio: on a sample that all documents enter alike, with reference scores that passed the same policy."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import provenance
from provenance import Seen
from provenance.adapters.loaders.packed import pack
from provenance.adapters.loaders.scored import Scored, make_scored
from provenance.adapters.seen.estimate import _find_standing
from provenance.models import find_model, load_models
from provenance.store import read_table
from tests.adapters.seen.test_counts import make_packed

CODES = {"human": 0, "ai_generated": 1, "machine_translated": 2}


def draw_corpus(n: int, ai_share: float, seed: int) -> tuple[Scored, np.ndarray]:
    """Documents that score as the reference's do, and whether each is human."""
    model = find_model(load_models(), "reference_scores")
    assert model is not None
    known = read_table(model.path).filter(pl.col("ai_score").is_not_null(), pl.col("mt_score").is_not_null())
    n_ai = int(n * ai_share)
    human = known.filter(label="human").sample(n - n_ai, with_replacement=True, seed=seed)
    frame = pl.concat([human, known.filter(label="ai_generated").sample(n_ai, with_replacement=True, seed=seed)])
    called = np.where(frame["ai_score"] > 0.5, 1, np.where(frame["mt_score"] > 0.5, 2, 0))
    scores = {name: frame[name].to_numpy() for name in ("ai_score", "mt_score", "ai_llr", "mt_llr")}
    words = frame["n_words"].to_numpy()
    scored = make_scored(n, **scores, origin=called, n_words=words, language=np.array(["en"] * n))
    return scored, frame["label"].to_numpy() == "human"


def see(scored: Scored, weights: np.ndarray | None = None, **options: Any) -> Seen:
    seen = Seen(**options)
    given = np.ones(len(scored)) if weights is None else weights
    seen.update(pack(scored, given, stream=-1, block=-1, offsets=np.arange(len(scored))))
    return seen


def test_the_sample_is_the_same_however_documents_are_batched_and_all_enter_alike() -> None:
    packed = make_packed(6000)
    packed[:, 4] = -1
    whole, parts = Seen(max_sample=600), Seen(max_sample=600)
    whole.update(packed)
    for start in range(0, 6000, 7):
        parts.update(packed[start : start + 7])
        if start == 350:
            parts.ratio()  # a look in between changes nothing
    assert whole.state_dict()["sample"] == parts.state_dict()["sample"]
    sample = whole._reservoir.take()
    places = np.searchsorted(np.sort(packed[:, 6]), np.sort(sample["ai_score"].astype(float)))
    assert len(sample) == 600
    counts, _ = np.histogram(places, bins=6, range=(0, 6000))
    assert ((counts - 100) ** 2 / 100).sum() < 25.7  # chi-square with 5 degrees of freedom, p = 0.0001
    for options in ({"seed": 1}, {"rank": 1}, {"epoch": 1}):
        other = Seen(max_sample=600, **{name: value for name, value in options.items() if name != "epoch"})
        other.set_epoch(options.get("epoch", 0))
        other.update(packed)
        assert not np.array_equal(sample["ai_score"], other._reservoir.take()["ai_score"]), options


def test_a_sample_that_is_not_full_takes_every_document() -> None:
    packed, seen = make_packed(500), Seen(max_sample=600)
    packed[:, 4] = -1
    seen.update(packed[:50])
    assert seen.ratio()["n_sampled"][0] == 50
    seen.update(packed[50:])
    assert seen.ratio()["n_sampled"][0] == 500


def test_the_estimate_is_that_of_the_package() -> None:
    scored, _ = draw_corpus(3000, 0.3, seed=1)
    found = see(scored).ratio().row(0, named=True)
    frame = pl.DataFrame(
        {name: getattr(scored, name).astype(np.float32) for name in ("ai_score", "mt_score", "ai_llr", "mt_llr")}
    ).with_columns(n_words=pl.Series(scored.n_words), language=pl.lit("en"), origin=pl.Series(scored.column("origin")))
    table = provenance.estimate_ratio(frame, own_reference=False).row(0, named=True)
    assert found["estimable"]
    assert found["human_prevalence"] == pytest.approx(table["human_prevalence"], abs=0.02)
    assert found["human_share"] == pytest.approx(table["human_share"])
    assert found["human_share_low"] < found["human_share"] < found["human_share_high"]
    assert found["human_prevalence_low"] < 0.7 < found["human_prevalence_high"]


def test_after_a_filter_the_reference_passes_it_too() -> None:
    """Without it, what a filter missed would be taken for human, and the interval would lie beside the truth."""
    scored, is_human = draw_corpus(20_000, 0.5, seed=3)
    keep = provenance.Filter(max_ai_score=0.5)
    stays = keep.weigh(scored) > 0
    true = is_human[stays].mean()
    told = see(scored.take(stays), policy=keep).ratio().row(0, named=True)
    untold = see(scored.take(stays)).ratio().row(0, named=True)
    assert told["human_prevalence_low"] < true < told["human_prevalence_high"]
    assert abs(told["human_prevalence"] - true) < abs(untold["human_prevalence"] - true)


def test_weights_without_their_policy_carry_no_estimate() -> None:
    scored, is_human = draw_corpus(20_000, 0.5, seed=4)
    weigh = provenance.Weights(power=1.0)
    weights = weigh.weigh(scored)
    stays = np.random.default_rng(5).random(len(scored)) < weights
    true = is_human[stays].mean()
    untold = see(scored.take(stays), weights[stays]).ratio().row(0, named=True)
    assert not untold["estimable"]
    assert "policy" in untold["why"]
    assert untold["human_share"] is not None
    told = see(scored.take(stays), weights[stays], policy=weigh).ratio().row(0, named=True)
    assert told["human_prevalence_low"] < true < told["human_prevalence_high"]


STRONG = {
    "target": provenance.Weights(power=6.0),
    "power": provenance.Weights(power=10.0),
    "filter": provenance.Filter(max_ai_score=0.05),
    "nothing known": provenance.Filter(max_ai_score=0.5, undetermined="drop"),  # references do not tell it
}


@pytest.mark.parametrize("name", STRONG)
def test_after_a_policy_that_leaves_only_what_scores_like_people_there_is_no_estimate(name: str) -> None:
    """Without candidates the estimate would fall back on scores as they are, and call all of it human."""
    scored, _ = draw_corpus(20_000, 0.8, seed=3)
    policy = STRONG[name]
    weights = policy.weigh(scored)
    stays = np.random.default_rng(5).random(len(scored)) < weights
    row = see(scored.take(stays), weights[stays], policy=policy).ratio().row(0, named=True)
    assert (row["estimable"], row["human_prevalence"], row["realised_human_share"]) == (False, None, None)
    assert "scores like people" in row["why"] or name == "nothing known"
    assert row["human_share"] > 0.5  # the plain counts are given


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_policy_that_weighs_all_alike_is_no_reason_to_refuse(language: str) -> None:
    """Also in a language without reference scores, where the estimate makes do with scores as they are."""
    scored = replace(draw_corpus(3000, 0.3, seed=1)[0], language=np.full(3000, language))
    alike = see(scored, policy=provenance.Filter(max_ai_score=1.0)).ratio()
    assert alike.equals(see(scored, policy=provenance.Scorer()).ratio())
    assert alike["estimable"][0]
    assert see(scored, policy=provenance.Filter(max_ai_score=0.5)).ratio()["estimable"][0] == (language == "en")


def test_the_reference_stands_while_half_of_its_sources_of_each_origin_are_left() -> None:
    rows = [
        {"language": "en", "label": label, "source": f"{label} {i}", "ai_llr": 0.0, "mt_llr": 0.0}
        for label in CODES
        for i in range(4)
        for _ in range(30)
    ]
    frame = pl.DataFrame(rows)
    source = pl.col("source")
    assert _find_standing(frame, frame) == {"en"}
    assert _find_standing(frame, frame.filter(~source.is_in(["human 0", "human 1", "ai_generated 1"]))) == {"en"}
    for label in CODES:
        fewer = frame.filter(~source.is_in([f"{label} {i}" for i in range(3)]))
        assert not _find_standing(frame, fewer), label
        assert not _find_standing(frame, frame.filter(pl.col("label") != label)), label
    assert not _find_standing(frame, frame.filter(pl.int_range(pl.len()).over("source") < 29))


def test_a_policy_needs_references_and_the_language_of_samples(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("[]")
    scored, _ = draw_corpus(400, 0.3, seed=1)
    keep = provenance.Filter(max_ai_score=0.5)
    assert "no reference scores" in see(scored, policy=keep, models=tmp_path).ratio()["why"][0]
    nameless = replace(scored, language=np.full(len(scored), "", np.str_))
    assert "language" in see(nameless, policy=keep).ratio()["why"][0]


def test_figures_are_estimated_anew_when_a_tenth_more_was_seen() -> None:
    human, _ = draw_corpus(400, 0.0, seed=9)
    mixed, _ = draw_corpus(400, 0.9, seed=9)
    packed = pack(mixed, np.ones(400), stream=-1, block=-1, offsets=np.arange(400))
    seen = see(human)
    first = seen.figures()
    seen.update(packed[:39])
    soon = seen.figures()
    seen.update(packed[39:])
    later = seen.figures()
    name, share = "provenance/human_prevalence", "provenance/human_share"
    assert first[name] == soon[name] > later[name] + 0.2
    assert first[share] != soon[share]
    assert later[name] == seen.ratio()["human_prevalence"][0]


def test_declared_sources_are_no_part_of_the_estimate_but_of_the_share_of_all() -> None:
    scored, _ = draw_corpus(2000, 0.3, seed=6)
    alone = see(scored).ratio().row(0, named=True)
    seen = see(scored)
    seen.update(
        pack(
            replace(scored.take(np.arange(500)), declared=np.zeros(500, np.int32)),
            np.ones(500),
            stream=-1,
            block=-1,
            offsets=np.arange(500),
        )
    )
    row = seen.ratio().row(0, named=True)
    assert row["declared_synthetic_share"] == 0.2
    assert (row["n_documents"], row["n_sampled"]) == (2500, 2000)
    assert row["human_prevalence"] == alone["human_prevalence"]
    assert row["human_to_synthetic_ratio"] == alone["human_to_synthetic_ratio"]
    assert row["realised_human_share"] == pytest.approx(0.8 * alone["human_prevalence"])
    assert row["realised_ratio_low"] < row["realised_ratio"] < alone["realised_ratio"]
    assert alone["realised_ratio"] == alone["human_to_synthetic_ratio"]


def test_a_document_seen_again_counts_again_but_is_no_further_evidence() -> None:
    scored, _ = draw_corpus(300, 0.3, seed=7)
    once = see(scored).ratio().row(0, named=True)
    again = see(scored.take(np.tile(np.arange(300), 20))).ratio().row(0, named=True)
    assert (once["n_distinct"], once["n_measured"]) == (again["n_distinct"], again["n_measured"] // 20)
    assert again["n_documents"] == 6000
    width, width_once = (row["human_prevalence_high"] - row["human_prevalence_low"] for row in (again, once))
    assert width > 0.7 * width_once  # of 6,000 different documents it would be near a quarter


def test_tokens_weigh_where_all_are_known() -> None:
    scored, is_human = draw_corpus(3000, 0.3, seed=8)
    seen = Seen(tokens=lambda batch: np.where(is_human, 10, 1000))
    seen.update(pack(scored, np.ones(3000), stream=-1, block=-1, offsets=np.arange(3000)))
    by_unit = {row["unit"]: row for row in seen.ratio().iter_rows(named=True)}
    true = 10 * is_human.sum() / np.where(is_human, 10, 1000).sum()
    assert list(by_unit) == ["documents", "words", "tokens"]
    assert by_unit["tokens"]["human_prevalence_low"] <= true + 0.1
    assert by_unit["tokens"]["human_prevalence"] < 0.3 < by_unit["documents"]["human_prevalence"]
    assert by_unit["tokens"]["n_measured"] == by_unit["documents"]["n_measured"]


def test_an_epoch_has_its_own_estimate() -> None:
    human, _ = draw_corpus(1500, 0.0, seed=9)
    mixed, _ = draw_corpus(1500, 0.8, seed=9)
    seen = see(human)
    seen.next_epoch()
    seen.update(pack(mixed, np.ones(1500), stream=-1, block=-1, offsets=np.arange(1500)))
    first, second, both = (seen.ratio(epoch).row(0, named=True) for epoch in (0, 1, None))
    assert first["human_prevalence"] > 0.9 > both["human_prevalence"] > 0.4 > second["human_prevalence"]
    assert (first["n_documents"], second["n_documents"], both["n_documents"]) == (1500, 1500, 3000)


@pytest.mark.parametrize(
    ("batch", "why"),
    [
        (None, "nothing was seen"),
        ({"origin": ["undetermined"] * 50, "n_words": [5] * 50}, "0 of 50 documents have a score"),
        (
            {"origin": ["human"] * 9, "ai_score": [0.1] * 9, "mt_score": [0.1] * 9, "n_words": [200] * 9},
            "estimate needs",
        ),
    ],
)
def test_what_carries_no_number_says_why(batch: Any, why: str) -> None:
    seen = Seen()
    if batch is not None:
        seen.update(batch)
    row = seen.ratio().row(0, named=True)
    assert not row["estimable"]
    assert why in row["why"]
    assert row["human_prevalence"] is None
    assert row["realised_ratio"] is None


class Choosing:
    policy = provenance.Filter(max_ai_score=0.4)


class Carrying(Choosing):
    def __getitems__(self, numbers: list[int]) -> list[Any]:
        raise NotImplementedError


class Loader:
    def __init__(self, dataset: object, sampler: object = None) -> None:
        self.dataset, self.sampler = dataset, sampler

    def __iter__(self) -> Any:
        yield make_packed(3)


def test_a_policy_is_found_at_the_loader_where_it_chooses() -> None:
    weighing = type("Sampler", (), {"weights": np.ones(3)})()
    for loader, found in (
        (Loader(Choosing()), True),
        (Choosing(), True),
        (Loader(Carrying()), False),
        (Loader(Carrying(), weighing), True),
    ):
        seen = Seen()
        seen.adopt(loader)
        assert (seen.policy is not None) is found
    seen = Seen()
    assert len(list(seen.watch(Loader(Choosing())))) == 1
    assert seen.policy == Choosing.policy


def test_what_a_dataset_chose_by_a_policy_nobody_told_carries_no_estimate() -> None:
    scored, _ = draw_corpus(400, 0.3, seed=2)
    seen = Seen()
    seen.update(pack(scored, np.ones(400), stream=0, block=0, offsets=np.arange(400)))
    row = seen.ratio().row(0, named=True)
    assert (row["estimable"], row["human_prevalence"]) == (False, None)
    assert "policy" in row["why"]
    seen.adopt(Choosing())
    assert seen.ratio()["why"][0] != row["why"]


def test_models_without_reference_scores_are_fallen_back_from(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("[]")
    scored, _ = draw_corpus(400, 0.3, seed=1)
    row = see(scored, models=tmp_path).ratio().row(0, named=True)
    assert "mixture" not in row["method"]
