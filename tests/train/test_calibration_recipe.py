"""The recipe of the shipped calibration: what may take part, and that what is judged was left out."""

import numpy as np
import polars as pl
import pytest

from pipelines import calibration_recipe
from pipelines.calibrate_shipped import add_errors, select_known
from pipelines.calibration_recipe import LICENSED, judge_unseen, select_labelled, select_references
from provenance.verdict import Calibration

pytest.importorskip("sklearn")


def _rows(n: int, **given: object) -> pl.DataFrame:
    row = {
        "form": "clean", "label": "ai", "lang": "en", "set": "faid", "group": "D", "domain": "faid/all",
        "generator": "gpt-4", "register": None, "use": None, "n_words": 200, "lm_ai_llr": 0.0,
        "lm_mt_llr": None, **given,
    }  # fmt: skip
    random = np.random.default_rng(n)
    types = dict.fromkeys(("generator", "register", "use"), pl.String) | {"lm_mt_llr": pl.Float64}
    frame = pl.DataFrame([row] * n, schema_overrides=types)
    shift = 0.4 if row["label"] == "ai" else -0.4
    return frame.with_columns(
        lr_ai_logit=pl.Series(random.normal(5 * shift, 1.5, n)),
        lm_ai_llr=pl.Series(random.normal(shift, 0.3, n)),
        lm_human_nats=pl.Series(random.normal(-5.0 + shift, 0.3, n)),
    )


def _measured() -> pl.DataFrame:
    frames = [
        _rows(150),
        _rows(151, set="gptid_reddit", group="E", domain="gptid_reddit/eli5"),
        _rows(152, set="detectrl", group="C", domain="detectrl/news"),
        _rows(153, label="human", set="faid"),
        _rows(154, label="human", set="human_dated", group="s1", domain="human_dated/news", register="news"),
        _rows(155, label="human", set="human_dated", group="s2", domain="human_dated/blog", register="blog"),
    ]
    clean = pl.concat(frames).with_row_index("document")
    return pl.concat([clean, clean.with_columns(form=pl.lit("raw"))])


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"set": "detectrl"}, "no licence to ship what is fitted on it"),
        ({"set": "web"}, "no licence, sets rates only"),
        ({"generator": "bloom-7b1"}, "a base model"),
        ({"generator": "gpt-3.5-turbo+polish"}, "human text, polished"),
        ({"label": "ht"}, "translated by people: neither side"),
        ({"use": "figures"}, "measured for the figures"),
        ({"form": "raw"}, "another form"),
    ],
)
def test_rows_that_take_no_part_in_the_weights(given, why):
    assert select_labelled(_rows(3, **given), "clean").is_empty(), why


def test_domains_of_the_largest_group_are_groups_of_their_own():
    rows = pl.concat(_rows(1, set=s, group="A", domain=f"{s}/yelp") for s in ("biscope", "biscope_paraphrased_ai"))
    assert select_labelled(rows, "clean")["group"].unique().to_list() == ["A yelp"]


def test_references_are_human_documents_as_found():
    assert select_references(_measured()).select("form", "label").unique().rows() == [("raw", "human")]


def test_no_document_is_judged_by_a_calibration_that_saw_its_group(monkeypatch):
    seen: list[tuple[set[str], set[str]]] = []
    fit = calibration_recipe.fit
    groups: list[set[str]] = []

    def watch_fit(measured, *rest, **named):
        groups.append(set(select_labelled(measured, "clean", "raw")["group"]))
        return fit(measured, *rest, **named)

    def watch_judge(part, calibration):
        seen.append((set(part["group"]), groups[-1]))
        return part

    monkeypatch.setattr(calibration_recipe, "fit", watch_fit)
    monkeypatch.setattr(calibration_recipe, "judge", watch_judge)
    judge_unseen(_measured())
    assert {group for judged, _ in seen for group in judged} == {"C", "D", "E", "s1", "s2"}
    assert all(not judged & fitted for judged, fitted in seen)


def test_every_document_is_judged_once():
    measured = _measured()
    judged = judge_unseen(measured)
    assert (
        judged.select("form", "document")
        .sort("form", "document")
        .equals(measured.select("form", "document").sort("form", "document"))
    )


def test_errors_are_counted_on_licensed_sets_and_web_registers():
    judged = judge_unseen(_measured())
    calibration = add_errors(Calibration(format=1), select_known(judged, judged.clear()))
    counted = {error.group: (error.n_human, error.n_positive) for error in calibration.ai.errors}
    assert counted == {"news": (154, 0), "blog": (155, 0), "faid": (0, 150), "gptid_reddit": (0, 151)}
    assert "detectrl" not in LICENSED


def test_of_the_largest_group_the_documents_judged_by_domain_count():
    judged = judge_unseen(_measured())
    group_a = judged.filter(pl.col("set") == "faid", pl.col("form") == "raw").with_columns(group=pl.lit("A"))
    left_out_whole = group_a.head(5)
    known = select_known(pl.concat([judged.filter(pl.col("form") != "raw"), left_out_whole]), group_a)
    assert known["document"].to_list() == group_a["document"].to_list()
