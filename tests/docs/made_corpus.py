"""The files that the examples of docs/loaders.md start from: a small mixed corpus and its scores.

The texts are sentences of fixtures/texts, put together anew; their scores are drawn, as far apart as real ones.
"""

import json
import random
import re
from pathlib import Path

import polars as pl

TEXTS = Path(__file__).parents[2] / "fixtures" / "texts"
N_DOCUMENTS = 240
N_SENTENCES = 8  # some 120 words


def write_corpus(folder: Path) -> None:
    """corpus.parquet, the same rows as corpus.jsonl, and scores.parquet."""
    chance = random.Random(8)
    rows = [
        {"id": f"doc-{number:03}", "text": text, "source": "textbooks-v2" if number % 10 == 7 else "web"}
        for number, text in enumerate(_make_texts(chance))
    ]
    pl.DataFrame(rows).write_parquet(folder / "corpus.parquet")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
    _draw_scores([row["id"] for row in rows], chance).write_parquet(folder / "scores.parquet")


def _make_texts(chance: random.Random) -> list[str]:
    """Every tenth is the one before it, word for word; of sixty one differs from the one before it in a polarity."""
    bodies = [path.read_text(encoding="utf-8").split("---", 2)[2] for path in sorted(TEXTS.glob("en-*.txt"))]
    sentences = [sentence for body in bodies for sentence in re.split(r"(?<=[.!?])\s+", body.strip())]
    texts = [" ".join(chance.sample(sentences, N_SENTENCES)) for _ in range(N_DOCUMENTS)]
    for number in range(1, N_DOCUMENTS):
        if number % 10 == 9:
            texts[number] = texts[number - 1]
        if number % 60 == 4:
            texts[number] = f"{texts[number - 1]} Serve it without meat."
            texts[number - 1] += " Serve it with meat."
    return texts


def _draw_scores(ids: list[str], chance: random.Random) -> pl.DataFrame:
    """Six in ten score as people's text, three as generated, one is too short to tell; columns as `judge --out`."""
    kinds = [chance.choices(("human", "ai_generated", "undetermined"), (6, 3, 1))[0] for _ in ids]
    means = {"human": -4.0, "ai_generated": 4.0}
    ai_llr = [chance.gauss(means[kind], 1.5) if kind in means else None for kind in kinds]
    mt_llr = [None if value is None else chance.gauss(-4.0, 1.0) for value in ai_llr]
    nats = pl.DataFrame({"ai_llr": ai_llr, "mt_llr": mt_llr}, schema={"ai_llr": pl.Float64, "mt_llr": pl.Float64})
    scores = nats.select(ai_score=_to_score("ai_llr"), mt_score=_to_score("mt_llr"))
    named = pl.DataFrame({"id": ids}).with_columns(pl.lit("en").alias("language"), pl.lit(120).alias("n_words"))
    return pl.concat([named, scores, nats, pl.DataFrame({"origin": kinds})], how="horizontal")


def _to_score(llr: str) -> pl.Expr:
    return 1.0 / (1.0 + (-pl.col(llr)).exp())
