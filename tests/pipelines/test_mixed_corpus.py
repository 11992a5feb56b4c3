"""A mixed corpus has the share it was asked for, and what is held out shares no text with it."""

import polars as pl
import pytest

from pipelines.mixed_corpus import SHINGLE, drop_shared, mix_corpus


def _say(name: str, n_words: int = 60) -> str:
    return " ".join(f"{name}{i}" for i in range(n_words))


def _make_texts() -> pl.DataFrame:
    """Two sets to mix, human text of another group, and dated text."""
    groups = {"detectrl": "C", "grid_reddit": "G", "biscope": "A", "human_dated": "source"}
    n = {("detectrl", "human"): 90, ("detectrl", "ai"): 40, ("grid_reddit", "human"): 30, ("grid_reddit", "ai"): 50}
    n |= {("biscope", "human"): 12, ("biscope", "ai"): 12, ("human_dated", "human"): 12}
    rows = [
        (
            _say(f"{name} {label} {i} "),
            label,
            name,
            groups[name],
            f"{name}/all",
            "blog" if name == "human_dated" else None,
        )
        for (name, label), count in n.items()
        for i in range(count)
    ]
    names = ["text", "label", "set", "group", "domain", "register"]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None).with_columns(
        generator=pl.lit(None, pl.String)
    )


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_each_set_has_the_share_and_is_as_large_as_that_allows(share: float) -> None:
    training = mix_corpus(_make_texts(), ai_share=share, sets=("detectrl", "grid_reddit")).training
    counted = training.group_by("set").agg(n=pl.len(), share=(pl.col("label") == "ai").mean()).sort("set")
    assert counted["share"].to_list() == pytest.approx([share, share], abs=0.02)
    most = {0.5: [80, 60], 0.8: [50, 62]}  # 40 of 80; 30 of 60; 40 of 50; 50 of 62
    assert counted["n"].to_list() == most[share]
    assert training["id"].n_unique() == training.height
    assert training["text"].n_unique() == training.height


def test_held_out_is_human_text_of_other_groups() -> None:
    texts = _make_texts()
    same_group = texts.filter(set="human_dated").with_columns(text=pl.lit("by C ") + pl.col("text"), group=pl.lit("C"))
    corpus = mix_corpus(pl.concat([texts, same_group]), ai_share=0.5, sets=("detectrl", "grid_reddit"))
    held_out = corpus.held_out.join(texts, on="text")
    assert held_out.height == corpus.held_out.height
    assert set(held_out["group"]) == {"A", "source"}
    assert set(held_out["label"]) == {"human"}
    assert dict(corpus.held_out["kind"].value_counts().iter_rows()) == {"same kind": 12, "other kind": 12}


def test_held_out_leaves_out_what_quotes_the_corpus() -> None:
    texts = _make_texts()
    sides = [texts.filter(set=name, label=label) for name, label in (("detectrl", "ai"), ("biscope", "human"))]
    taken = pl.col("text").replace(sides[1]["text"][0], sides[0]["text"][0] + " and so on")
    corpus = mix_corpus(texts.with_columns(taken), ai_share=0.5, sets=("detectrl",))
    assert corpus.held_out.filter(kind="same kind").height == 11


def test_a_document_that_quotes_the_corpus_is_not_held_out() -> None:
    words = _say("w").split()
    quoted, shorter = (" ".join(["Before", *words[-n:]]) for n in (SHINGLE, SHINGLE - 1))
    held_out = pl.DataFrame({"text": [quoted, shorter, "brief"]})
    assert drop_shared(held_out, [" ".join(words).upper()])["text"].to_list() == [shorter, "brief"]
