"""Measures how well contrast pairs are told from copies with edits; prints the tables of docs/deduplication.md.

    python -m pipelines.measure_contrast fixtures/contrast/development.jsonl [--errors] [--unknown-language]

A set is JSON lines with language, label ("contrast" or "none"), kind (what was changed), left and right.
"""

import argparse
import time
from math import sqrt
from pathlib import Path

import polars as pl

from provenance.dedup.contrast import find_contrast, flag_contrasts

Z = 1.959964  # 95 %
SPEED_PAIRS, SPEED_WORDS = 2_000, 500


def find_wilson(hits: int, total: int) -> tuple[float, float]:
    """The interval of a share by Wilson (1927) at 95 %."""
    if total == 0:
        return 0.0, 1.0
    share, weight = hits / total, Z * Z / total
    middle, half = share + weight / 2, Z * sqrt(share * (1 - share) / total + weight / (4 * total))
    return max((middle - half) / (1 + weight), 0.0), (middle + half) / (1 + weight)


def judge_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with `truth`, `flagged` and the `found` contrast beside."""
    found = flag_contrasts(pairs)
    return pairs.with_columns(found.alias("found"), truth=pl.col("label") == "contrast", flagged=found.is_not_null())


def count_group(name: str, group: pl.DataFrame) -> dict[str, str | int]:
    """Precision and recall of one group, with intervals."""
    hits = group.filter("truth", "flagged").height
    flagged, truths = int(group["flagged"].sum()), int(group["truth"].sum())
    return {
        "language": name,
        "pairs": group.height,
        "contrasts": truths,
        "flagged": flagged,
        "precision": render_share(hits, flagged),
        "recall": render_share(hits, truths),
    }


def describe_kind(part: pl.DataFrame) -> dict[str, str | int]:
    """The share flagged of one kind of change."""
    share = render_share(int(part["flagged"].sum()), part.height)
    return {"kind": part["kind"][0], "label": part["label"][0], "pairs": part.height, "flagged": share}


def render_share(hits: int, total: int) -> str:
    """A share with its interval; a dash where there is nothing to divide by."""
    low, high = find_wilson(hits, total)
    return f"{hits / total:.3f} ({low:.3f} to {high:.3f})" if total else "-"


def make_table(rows: list[dict[str, str | int]]) -> str:
    """Rows as a table in Markdown."""
    lines = ["| " + " | ".join(rows[0]) + " |", "|---" * len(rows[0]) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row.values())) + " |" for row in rows])


def measure_speed(pairs: pl.DataFrame) -> float:
    """Pairs a second: texts of 500 words that differ near their beginning and near their end."""
    half = " ".join(" ".join(pairs["left"].to_list()).split()[: SPEED_WORDS - 4])
    left, right = f"It is open . {half} with milk", f"It is closed . {half} without milk"
    begin = time.process_time()
    for _ in range(SPEED_PAIRS):
        find_contrast(left, right, "en")
    return SPEED_PAIRS / (time.process_time() - begin)


def main() -> None:
    """Overall, by language, by kind of contrast (recall) and by kind of edit (share flagged); the errors if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--unknown-language", action="store_true")
    options = parser.parse_args()
    pairs = pl.read_ndjson(options.pairs, infer_schema_length=None)
    asked = pairs.with_columns(language=pl.lit(None, pl.String)) if options.unknown_language else pairs
    judged = judge_pairs(asked).with_columns(pairs["language"])
    languages = [count_group(part["language"][0], part) for part in judged.partition_by("language")]
    print(make_table([count_group("all", judged), *languages]), end="\n\n")
    kinds = judged.sort("label", maintain_order=True).partition_by("kind")
    print(make_table([describe_kind(part) for part in kinds]), end="\n\n")
    if options.errors:
        for row in judged.filter(pl.col("truth") != pl.col("flagged")).iter_rows(named=True):
            print(row["id"], row["kind"], row["found"], row["left"], row["right"], sep=" | ")
    print(f"{measure_speed(pairs):,.0f} pairs of {SPEED_WORDS} words a second")


if __name__ == "__main__":
    main()
