"""The two contrasts of translated text: which texts each is fitted on, and how they weigh."""

import numpy as np
import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.models.linear import LinearModel
from provenance.text.ngrams import hash_ngrams
from provenance.text.windows import read_windows
from provenance.train.linear import LinearOptions, Rows, weigh_rarity
from provenance.train.translation import _pair, fit_translation

OPTIONS = LinearOptions(bits=16, strength=10.0, steps=200, rarity=0.5)
TOPICS = ("harbour ships crane", "wheat farmers price", "goal referee league", "vaccine clinic nurse")


def make(n: int = 24) -> pl.DataFrame:
    """Contents in pairs: an original or a human translation beside a machine's; topics differ between the labels."""
    random = np.random.default_rng(1)
    rows = []
    for number in range(n):
        topic = TOPICS[number % 2].split()
        foreign = TOPICS[2 + number % 2].split()
        said = [*random.choice(topic, 20), *random.choice(["the", "of", "said"], 20)]
        kept = [*random.choice(foreign, 20), *random.choice(["the", "of", "said"], 20)]
        rows += [
            (" ".join([*said, "sort", "of", "going"]), "original", None, f"a{number}"),
            (" ".join([*said, "however", "according"]), "translated", "machine", f"a{number}"),
            (" ".join([*kept, "whereby", "going"]), "translated", "human", f"b{number}"),
            (" ".join([*kept, "whereby", "according"]), "translated", "machine", f"b{number}"),
        ]
    frame = pl.DataFrame(rows, schema=["text", "label", "translator", "pair_id"], orient="row")
    return frame.with_columns(cell=pl.col("label"))


def score(model: LinearModel, *texts: str) -> np.ndarray:
    ngrams = hash_ngrams(read_windows(pl.Series(texts)), bits=model.bits)
    return model.score(ngrams.buckets, ngrams.offsets)


def test_both_axes_are_fitted() -> None:
    assert fit_translation(make(), OPTIONS).classes == ("translated", "crude")


def test_crude_tells_the_machine_from_people_and_not_topics() -> None:
    model = fit_translation(make(), OPTIONS)
    machine, people, topic_a, topic_b = score(model, "according however", "sort of going", TOPICS[0], TOPICS[2])
    assert machine[1] > 0.5 > -0.5 > people[1]
    assert abs(topic_a[1] - topic_b[1]) < 0.25
    assert topic_b[0] - topic_a[0] > 1.0, "translated against original is fooled by topics; crude is not"


def test_what_people_translated_is_translated_and_not_crude() -> None:
    whereby = score(fit_translation(make(), OPTIONS), "whereby whereby going")[0]
    assert whereby[0] > 0.5 > whereby[1]


def test_without_shared_contents_there_is_one_axis() -> None:
    frame = make()
    alone = frame.with_columns(pair_id=pl.int_range(pl.len()).cast(pl.String))
    nobody = frame.with_columns(translator=pl.lit(None, pl.String))
    for each in (alone, nobody, frame.drop("translator"), frame.drop("pair_id")):
        assert fit_translation(each, OPTIONS).classes == ("translated",)


def test_texts_without_a_content_of_their_own_are_no_pair() -> None:
    frame = make()
    odd = frame.filter(pl.col("translator") == "machine").with_columns(pair_id=pl.lit(None, pl.String))
    with_odd = fit_translation(pl.concat([frame, odd.with_columns(text=pl.lit("zebra zebra"))]), OPTIONS)
    assert abs(score(with_odd, "zebra zebra")[0, 1] - with_odd.intercepts[1]) < 0.05


def test_a_content_weighs_alike_however_many_machines_translated_it() -> None:
    frame = make(8)
    first = frame.filter((pl.col("pair_id") == "a0") & (pl.col("translator") == "machine"))
    many = pl.concat([frame, *[first] * 7])
    crude = _pair(many)
    assert crude is not None
    told = many.with_columns(weight=pl.Series(crude.weights), positive=pl.Series(crude.positive))
    sums = told.group_by("pair_id", "positive").agg(pl.col("weight").sum())
    assert sums.height == 32
    np.testing.assert_allclose(sums["weight"], 1 / 32)


def test_one_label_alone_is_refused() -> None:
    with pytest.raises(ConfigError, match="translated"):
        fit_translation(make().filter(pl.col("label") == "translated"), OPTIONS)


def test_rare_buckets_are_penalised_less_and_single_ones_left_out() -> None:
    rows = Rows.read(pl.Series(["the boat", "the boat", "the crane", "the"]), 12)
    scales = weigh_rarity(rows.matrix, 1.0)
    the, boat, crane = (Rows.read(pl.Series([word]), 12).matrix.indices[0] for word in ("the", "boat", "crane"))
    assert scales[boat] > scales[the] > 0.0 == scales[crane]
    np.testing.assert_allclose(scales[the], 0.3)
    assert (weigh_rarity(rows.matrix, 0.0) == 1.0).all()
