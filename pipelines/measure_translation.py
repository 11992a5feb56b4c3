"""Figures of machine-translated origin: docs/detection.md, Translations.

    python -m pipelines.measure_translation out/calibration out/translation ../shared/data [--out out/detection]

Of the shipped English models from what pipelines/calibrate_shipped.py judged; of the recipe for all languages from what
pipelines/train_translation.py did, a year that its models had not seen. Leaves translation.md with the tables.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.calibration_recipe import OPTIONS, REFERENCE_SETS, judge_unseen
from pipelines.detection_tables import EVALUATE, NEWS, render, widen
from provenance.train.evaluation import measure_group
from provenance.train.options import MT_SIGNALS

LENGTHS = ((80, 100), (100, 200), (200, 400), (400, 100_000), (100, 100_000), (300, 100_000))
LEAST = 15  # documents on a side, below which no figure is told
WMT = ("wmt21", "wmt22")
EVALUATE_MT = replace(EVALUATE, cluster="pair_id")


def read_shipped(judged: pl.DataFrame, data: Path) -> pl.DataFrame:
    """Clean translations and originals as judged by what ships, with the language translated from."""
    sources = [
        pl.read_parquet(data / "mt" / f"{name}.parquet", columns=["doc_id", "lang", "system", "src_lang"])
        .rename({"doc_id": "pair_id", "system": "generator"})
        .unique(["pair_id", "lang", "generator"])
        .with_columns(set=pl.lit(name))
        for name in (NEWS, "ntrex", *WMT)
    ]
    clean = judged.filter(pl.col("form") == "clean", pl.col("label").is_in(["mt", "ht", "original"]))
    keys = ["pair_id", "lang", "generator", "set"]
    return _ready(clean.join(pl.concat(sources), on=keys, how="left", nulls_equal=True))


def _ready(documents: pl.DataFrame) -> pl.DataFrame:
    return documents.with_columns(
        positive=pl.col("label") != "original", score="mt_score", llr="mt_llr",
        pair_id=pl.format("{} {}", "set", "pair_id"),
    )  # fmt: skip


def split_contrasts(shipped: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each contrast of the shipped models: positives beside originals of the same set."""
    news = pl.col("set") == NEWS
    trips = pl.col("generator").str.contains("roundtrip").fill_null(False)
    original = pl.col("label") == "original"
    yield "round trips of the same originals", shipped.filter(news, trips | original)
    yield (
        "German news by machine, other articles",
        shipped.filter(news, ((pl.col("label") == "mt") & ~trips) | original),
    )
    yield "German news by people, other articles", shipped.filter(news, (pl.col("label") == "ht") | original)
    for name in WMT:
        for label, who in (("mt", "machine"), ("ht", "people")):
            yield (
                f"{name} by {who}",
                shipped.filter(pl.col("set") == name, (pl.col("label") == label) | original),
            )


def measure_named(parts: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Figures of each part with enough documents on both sides, and how many are called machine-translated."""
    rows: list[dict[str, object]] = []
    for name, part in parts.items():
        sides = {side: part.filter(positive=positive) for side, positive in (("called", True), ("originals", False))}
        if min(side.height for side in sides.values()) < LEAST:
            continue
        shares = {side: found["origin"].eq("machine_translated").mean() for side, found in sides.items()}
        rows += [{"contrast": name, **shares, **row} for row in measure_group(part, EVALUATE_MT)]
    return pl.DataFrame(rows, infer_schema_length=None)


def split_lengths(name: str, part: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The documents of each length in words."""
    return {
        f"{name}, {low} to {high}" if high < 100_000 else f"{name}, {low} and more": part.filter(
            pl.col("n_words").is_between(low, high, closed="left")
        )
        for low, high in LENGTHS
    }


def split_sources(name: str, part: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The translations from each language, each beside all originals."""
    translated = part.filter("positive")
    originals = part.filter(~pl.col("positive"))
    return {
        f"{name}, from {source}": pl.concat([translated.filter(pl.col("src_lang") == source), originals])
        for source in translated["src_lang"].drop_nulls().unique().sort()
    }


def split_shipped(contrasts: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, pl.DataFrame]]:
    """The shipped models' contrasts by length and by the language translated from."""
    machine = [f"{name} by machine" for name in WMT]
    cut = [split_lengths(name, contrasts[name]) for name in ("round trips of the same originals", *machine)]
    told = [split_sources(name, contrasts[name]) for name in machine]
    return {
        "lengths": {name: part for parts in cut for name, part in parts.items()},
        "sources": {name: part for parts in told for name, part in parts.items()},
    }


def split_recipe(folder: Path) -> dict[str, dict[str, pl.DataFrame]]:
    """By language and year: translations against originals, and machines against people."""
    unseen = _ready(pl.read_parquet(folder / "unseen.parquet")).sort("lang", "set")
    recipe: dict[str, pl.DataFrame] = {}
    people: dict[str, pl.DataFrame] = {}
    for (language, year), part in unseen.group_by("lang", "set", maintain_order=True):
        name = f"{language} {year}"
        machine = part.filter(pl.col("label") != "ht")
        recipe |= {f"{name} by machine": machine, **split_lengths(f"{name} by machine", machine)}
        recipe[f"{name} by people"] = part.filter(pl.col("label") != "mt")
        translated = part.filter("positive")
        people[f"{name}, machine against people"] = translated.with_columns(positive=pl.col("label") == "mt")
    return {"recipe": recipe, "against people": people}


def measure_humans(judged: pl.DataFrame, originals: pl.DataFrame) -> pl.DataFrame:
    """Shares of human documents above what 1 % of the originals exceed, and called machine-translated, by register."""
    bound = originals["mt_llr"].quantile(0.99, "higher")
    humans = judged.filter(pl.col("form") == "raw", pl.col("label") == "human", pl.col("set").is_in(REFERENCE_SETS))
    told = humans.drop_nulls("mt_llr").with_columns(register=pl.coalesce("register", "domain"))
    return (
        told.group_by("register")
        .agg(
            n=pl.len(),
            above=(pl.col("mt_llr") > bound).sum(),
            called=(pl.col("origin") == "machine_translated").sum(),
            score=pl.col("mt_score").mean().round(3),
        )
        .sort("register")
    )


def measure_ablations(measured: pl.DataFrame, data: Path) -> pl.DataFrame:
    """The contrasts with other choices of signals; all of it fitted again."""
    kept = measured.filter(pl.col("label").is_in(["mt", "ht", "original", "human"]))
    chosen = {"all": MT_SIGNALS, **{f"without {s}": tuple(x for x in MT_SIGNALS if x != s) for s in MT_SIGNALS}}
    chosen |= {f"{signal} alone": (signal,) for signal in MT_SIGNALS}
    parts = []
    for name, signals in chosen.items():
        judged = judge_unseen(kept, replace(OPTIONS, mt=replace(OPTIONS.mt, signals=signals)))
        contrasts = dict(split_contrasts(read_shipped(judged, data)))
        trips = contrasts["round trips of the same originals"].filter(pl.col("n_words") >= 300)
        shown = {"round trips, 300 and more": trips, **{key: contrasts[f"{key} by machine"] for key in WMT}}
        parts.append(measure_named(shown).with_columns(signals=pl.lit(name)))
    figures = pl.concat(parts).filter(pl.col("figure").is_in(["auroc", "tpr_at_1_fpr"]))
    return figures.with_columns(pl.col("value").round(3)).pivot(["contrast", "figure"], index="signals", values="value")


def main() -> None:
    """Writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("translation", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/detection"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    judged = pl.read_parquet(asked.measured / "judged.parquet")
    shipped = read_shipped(judged, asked.data)
    contrasts = dict(split_contrasts(shipped))
    tables = {"contrasts": contrasts, **split_shipped(contrasts), **split_recipe(asked.translation)}
    index = ["contrast", "called", "originals"]
    rendered = {name: render(widen(measure_named(parts), index)) for name, parts in tables.items()}
    originals = shipped.filter(~pl.col("positive"), pl.col("set").is_in([NEWS, "ntrex", *WMT]))
    rendered["humans"] = render(measure_humans(judged, originals))
    rendered["ablations"] = render(measure_ablations(pl.read_parquet(asked.measured / "measured.parquet"), asked.data))
    (asked.out / "translation.md").write_text("\n".join(f"## {name}\n\n{table}\n" for name, table in rendered.items()))


if __name__ == "__main__":
    main()
