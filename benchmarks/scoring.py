"""What scoring a document of 200 words costs, beside plain scikit-learn and KenLM on the same texts in the same run.

One process and one thread; every contestant has its turn in each round, and its least CPU time counts. Prints one line
of JSON. What scikit-learn learns does not matter here, nor what it calls right: only what scoring costs.
"""

import os

os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when they are first imported

import argparse
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from cost import Cost, describe_machine, measure

import provenance
from provenance.models import load_models
from provenance.signals import load_signals, measure_signals
from provenance.signals.text_models import TextModels, TextPaths, load_scorer, load_vocabulary
from provenance.text.delexicalise import join_classes
from provenance.text.windows import read_windows

TEXTS = Path(__file__).parent.parent / "fixtures" / "labelled" / "generated_2026.parquet"
WORDS = 200
BATCH = 1000
SCORER = ("vocabulary", "lm_ai", "lm_human", "lr_ai", "lr_genre")  # what the AI-origin score is made of
NAMES = {
    "scorer": "the AI-origin scorer (logit, KenLM pair, genre)",
    "text models": "all text models (with translation and family)",
    "signals": "all signals",
    "judge_many": "`judge_many`, language and verdict included",
    "sklearn": "scikit-learn, HashingVectorizer and LogisticRegression",
    "kenlm": "KenLM alone, AI and human, on lines made before",
}
_CUT = re.compile(rf"\s*(?:\S+\s+){{{WORDS - 1}}}\S+")

Work = Callable[[], object]


def cut_texts(n: int) -> list[str]:
    """The first 200 words of the English ones that have so many, line breaks kept, repeated to n."""
    texts = pl.read_parquet(TEXTS).filter(pl.col("lang") == "en")["text"]
    cuts = [found[0] for text in texts if (found := _CUT.match(text))]
    return (cuts * (n // len(cuts) + 1))[:n]


def list_works(texts: list[str]) -> dict[str, Work]:
    """What is timed, by the keys of `NAMES`."""
    models = load_models()
    paths, signals = TextPaths.find(models, "en"), load_signals(models)
    scorer = TextModels((TextPaths("en", tuple(file for file in paths.files if file[0] in SCORER)),))
    documents = pl.DataFrame({"text": texts}).with_columns(language=pl.lit("en"), n_words=pl.lit(WORDS, pl.Int64))
    batches = list(documents.iter_slices(BATCH))
    return {
        "scorer": lambda: [measure_signals(batch, [scorer]) for batch in batches],
        "text models": lambda: [measure_signals(batch, [TextModels((paths,))]) for batch in batches],
        "signals": lambda: [measure_signals(batch, signals) for batch in batches],
        "judge_many": lambda: provenance.judge_many(texts),
        "sklearn": fit_sklearn(texts),
        "kenlm": score_lines(texts, paths),
    }


def fit_sklearn(texts: list[str]) -> Work:
    """Words and pairs of words in as many buckets as ours."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(HashingVectorizer(ngram_range=(1, 2), n_features=2**18), LogisticRegression())
    learned = texts[:200]
    pipeline.fit(learned, [place % 2 for place in range(len(learned))])
    return lambda: pipeline.decision_function(texts)


def score_lines(texts: list[str], paths: TextPaths) -> Work:
    """The two language models of the scorer on the lines it would hand them."""
    lines = join_classes(read_windows(pl.Series(texts)), load_vocabulary(paths.path("vocabulary")))
    scorers = [load_scorer(paths.path(kind)) for kind in ("lm_ai", "lm_human")]
    return lambda: [scorer.score(line) for scorer in scorers for line in lines]


def measure_works(works: dict[str, Work], repeats: int) -> dict[str, Cost]:
    """The least cost of each over all rounds."""
    rounds = [{name: measure(work)[1] for name, work in works.items()} for _ in range(repeats)]
    return {name: min((costs[name] for costs in rounds), key=lambda cost: cost.cpu_s) for name in works}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    machine = describe_machine()
    for work in list_works(cut_texts(20)).values():
        work()  # what is loaded once is not timed
    texts = cut_texts(arguments.texts)
    costs = measure_works(list_works(texts), arguments.repeats)
    facts = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, "n": len(texts), "words": WORDS}
    rates = {NAMES[name]: cost.rate(len(texts)) for name, cost in costs.items()}
    ratios = {
        f"{ours} to {theirs}": round(costs[theirs].cpu_s / costs[ours].cpu_s, 2)
        for ours in ("scorer", "signals", "judge_many")
        for theirs in ("sklearn", "kenlm")
    }
    json.dump({**facts, "repeats": arguments.repeats, "rates": rates, "ratios": ratios}, sys.stdout)


if __name__ == "__main__":
    main()
