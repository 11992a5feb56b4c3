"""Who is learned from and who is tested, for the figures of generator families: texts, versions, sets left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.labelled_sets import name_families, read_ai_sets, read_own
from pipelines.train_shipped import CLEAN, LICENSED
from provenance.train.artefacts import clean_texts

PER_CELL = 500  # documents of one set, domain and generator
CHANGED = r"polish|adversarial|back_translation|dipper"  # people's texts, or damaged ones: no one's own words
COMPETING = ("biscope", "biscope_paraphrased_ai", "faid")  # licensed sets in which families wrote in the same domains
DOMAINS = ("yelp", "creative", "arxiv")  # of biscope, with two versions of Claude and of GPT each
OLDER, NEWER = ("claude-3-sonnet", "gpt-3.5-turbo"), ("claude-3-opus", "gpt-4-turbo-preview")
ONLY = "gemini-1.0-pro"  # has no second version; other texts of it are tested
FEWER = (50, 100, 200)
SEED = 1


@dataclass(frozen=True, slots=True)
class Split:
    """Conditions on the columns of `read_generated`."""

    name: str
    train: pl.Expr
    test: pl.Expr


def read_generated(data: Path) -> pl.DataFrame:
    """Cleaned English texts of 80 words and more: text, set, domain, version, direct (no special prompt), family, half.

    `half` cuts every domain in two by what was asked for, so that no prompt is in both.
    """
    texts = pl.concat([read_ai_sets(data, per_cell=None), read_own(data)], how="vertical_relaxed")
    chosen = texts.filter(
        pl.col("label") == "ai", pl.col("lang") == "en", ~pl.col("generator").str.contains(CHANGED)
    ).unique(["text", "set"], keep="first", maintain_order=True)
    shuffled = clean_texts(chosen, CLEAN).sample(fraction=1.0, shuffle=True, seed=SEED)
    prompt = pl.col("pair_id").fill_null(pl.col("text").str.head(40))
    return shuffled.filter(pl.int_range(pl.len()).over("set", "domain", "generator") < PER_CELL).select(
        *("text", "set", "domain"),
        version=pl.col("generator").str.replace(r"\+.*", ""),
        direct=~pl.col("generator").str.contains(r"\+"),
        family=name_families(pl.col("generator")),
        half=prompt.rank("dense").over("set", "domain") % 2 == 0,
    )


def list_splits() -> Iterator[tuple[str, list[Split]]]:
    """Groups of splits: seen versions, few texts of them, versions left out in one domain, sets left out."""
    one, other = pl.col("half"), ~pl.col("half")
    narrow = [*(f"biscope/{domain}" for domain in (*DOMAINS, "essay")), "faid/FAIDSet"]
    seen = [Split(name, one & (pl.col("domain") == name), other & (pl.col("domain") == name)) for name in narrow]
    direct = (pl.col("set") == "detectrl") & pl.col("direct")
    special = (pl.col("set") == "detectrl") & ~pl.col("direct")
    seen += [Split("detectrl", one & direct, other & direct)]
    seen += [Split("detectrl, other prompts", one & direct, other & special)]
    yield "same versions, other texts of the domain", seen
    place = pl.int_range(pl.len()).over("set", "half", "direct", "family")
    yield "fewer texts to learn from", [
        Split(f"detectrl, {most} of each family", one & direct & (place < most), other & direct) for most in FEWER
    ]  # fmt: skip
    yield "other versions, other texts of the domain", [
        Split(f"{domain}: {', '.join(old)} to {', '.join(new)}", one & _of(domain, old), other & _of(domain, new))
        for domain in DOMAINS
        for old, new in ((OLDER, NEWER), (NEWER, OLDER))
    ]  # fmt: skip
    yield "other sets", list(_leave_sets())


def _of(domain: str, versions: tuple[str, ...]) -> pl.Expr:
    return (pl.col("domain") == f"biscope/{domain}") & pl.col("version").is_in([*versions, ONLY])


def _leave_sets() -> Iterator[Split]:
    known = pl.col("family") != "other"
    shipped, licensed = pl.col("set").is_in(COMPETING), pl.col("set").is_in(LICENSED) & known
    for name in ("detectrl", "argugpt_ai", "raidar", "own", "gptid_reddit", "autext23_ai"):
        yield Split(f"as shipped to {name}", shipped, pl.col("set") == name)
    for name in ("detectrl", "own"):
        yield Split(f"all licensed sets to {name}", licensed & (pl.col("set") != name), pl.col("set") == name)
    yield Split("biscope to faid", shipped & (pl.col("set") != "faid"), pl.col("set") == "faid")
    yield Split("faid to biscope", pl.col("set") == "faid", pl.col("set") == "biscope")
    for name in ("detectrl", "faid"):
        yield Split(f"all other sets to {name}", known & (pl.col("set") != name), pl.col("set") == name)
