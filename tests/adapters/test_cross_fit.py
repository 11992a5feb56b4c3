"""Every document is measured by models that saw neither it nor its group."""

from pathlib import Path

import polars as pl
import pytest

from provenance.adapters import cross_fit
from provenance.adapters.cross_fit import assign_folds, describe_files, measure_unseen, measure_with
from provenance.errors import ConfigError
from provenance.train.linear import LinearOptions
from provenance.train.text_models import TextModelOptions, train_text_models
from tests.made_labelled import make_labelled

SMALL = TextModelOptions(linear=LinearOptions(bits=12, steps=10), genre=LinearOptions(bits=12, steps=10))


def _groups(*sizes: int, labels: tuple[str, ...] = ("ai", "human")) -> pl.DataFrame:
    rows = [(f"g{n}", label) for n, size in enumerate(sizes) for label in labels for _ in range(size)]
    return pl.DataFrame(rows, schema=["group", "label"], orient="row")


def _folds(table: pl.DataFrame, n: int = 3) -> pl.DataFrame:
    return table.with_columns(assign_folds(table["group"], table["label"], n))


def test_a_group_lies_in_one_fold_and_every_fold_has_some() -> None:
    dealt = _folds(_groups(9, 7, 5, 4, 3, 2, 1))
    assert dealt.group_by("group").agg(pl.col("fold").n_unique())["fold"].to_list() == [1] * 7
    assert dealt["fold"].unique().sort().to_list() == [0, 1, 2]


def test_labels_are_spread_over_the_folds_even_where_groups_hold_one_each() -> None:
    """Dealt out by size alone, one fold would hold all of either label."""
    kinds = {"ai": (10, 1), "human": (8, 2)}
    name = pl.format("{} {}", "label", "group").alias("group")
    parts = [_groups(*sizes, labels=(label,)).with_columns(name) for label, sizes in kinds.items()]
    counts = _folds(pl.concat(parts), 2).group_by("fold", "label").len()
    assert sorted(counts.rows()) == [(0, "ai", 10), (0, "human", 2), (1, "ai", 1), (1, "human", 8)]


def test_the_order_of_rows_does_not_matter() -> None:
    table = _groups(5, 5, 4, 4, 3)
    shuffled = (_folds(table.sample(fraction=1.0, shuffle=True, seed=seed)) for seed in (1, 2))
    first, second = (dict(each.select("group", "fold").iter_rows()) for each in shuffled)
    assert first == second


def test_fewer_groups_than_folds_are_refused_with_both_numbers() -> None:
    with pytest.raises(ConfigError, match="2 groups are too few for 3 folds"):
        _folds(_groups(5, 5))


def test_a_label_of_one_group_is_refused() -> None:
    table = pl.concat([_groups(5, 5, 5, labels=("human",)), pl.DataFrame({"group": ["x"] * 4, "label": ["ai"] * 4})])
    with pytest.raises(ConfigError, match="all 4 documents with the label 'ai' are of one group"):
        _folds(table)


def test_references_of_one_source_are_taken() -> None:
    table = pl.concat([_groups(5, 5, 5), pl.DataFrame({"group": ["x"] * 4, "label": ["reference"] * 4})])
    assert _folds(table).height == 34


@pytest.fixture
def dealt() -> pl.DataFrame:
    labelled = make_labelled(40, groups=4).rename({"pair_id": "group"})
    return _folds(labelled.with_columns(source=pl.lit("")), 2)


def test_no_model_learns_from_the_fold_it_measures_nor_from_copies_of_it(
    dealt: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = dealt.filter(pl.col("fold") == 0).head(1)
    training = pl.concat([dealt, first.with_columns(fold=pl.lit(1, pl.Int64))])
    learned: list[set[str]] = []

    def watch(texts: pl.DataFrame, *args: object, **options: object) -> object:
        learned.append(set(texts["text"]))
        return train_text_models(texts, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(cross_fit, "train_text_models", watch)
    measured = measure_unseen(dealt, training, SMALL, tools=None, language="en")
    assert measured["fold"].to_list() == [0] * 40 + [1] * 40
    for fold, texts in enumerate(learned):
        assert texts
        assert not texts & set(dealt.filter(pl.col("fold") == fold)["text"])


def test_a_fold_is_measured_as_models_of_the_others_measure_it(dealt: pl.DataFrame, tmp_path: Path) -> None:
    measured = measure_unseen(dealt, dealt, SMALL, tools=None, language="en").filter(pl.col("fold") == 1)
    made = train_text_models(dealt.filter(pl.col("fold") == 0), SMALL, out=tmp_path)
    alone = measure_with(dealt.filter(pl.col("fold") == 1), describe_files(made, tmp_path, licence="", card=""))
    assert measured.equals(alone)
    assert measured["lr_ai_logit"].null_count() == 0
