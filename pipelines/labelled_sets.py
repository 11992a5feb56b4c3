"""Reads the labelled development sets into one table: what the calibration is fitted on and measured with.

Columns: text, label (ai, human, mt, ht, original), lang, set, group (never split: sets that share texts, a source, a
year), domain, generator, pair_id, register (of references), genre, prompt_kind, fold and use. A document is measured
by models whose training left out its fold; fold null stands for sets that no shipped model has seen. `use` is null or
says that a row is for the fit or for the figures only: of group A every document stands in the table twice.
"""

import json
import re
from pathlib import Path

import polars as pl

from provenance.archive import ArchiveReader, ReadOptions
from provenance.extract import ExtractOptions, LanguageIdentifier, extract_batches
from provenance.models import find_model, load_models

N_FOLDS = 4
AI_FOLDS = {"faid": 1, "gptid_reddit": 2, "authenticheck_asap": 3}
# Group A is most of what the shipped models learn from. Left out whole (fold 0) it shows what they make of the
# unknown; left out by domain it shows values like theirs, which the calibration needs.
GROUP_A = ("biscope", "biscope_paraphrased_ai", "raidar")
DOMAIN_FOLDS = {"yelp": 1, "essay": 2, "arxiv": 2, "news": 2, "creative": 3, "cwriting": 3}
YEAR_FOLDS = {2008: 0, 2009: 0, 2010: 0, 2011: 0, 2012: 1, 2013: 1, 2015: 1, 2014: 2, 2016: 3}
PER_CELL = 100  # documents of one set, domain, generator and label; of people's HUMAN times as many
HUMAN = 6
COLUMNS = (
    "text", "label", "lang", "set", "group", "domain", "generator", "pair_id", "register", "genre", "prompt_kind",
    "fold", "use",
)  # fmt: skip
OWN = Path(__file__).parent.parent / "fixtures" / "labelled" / "generated_2026.parquet"
# What the domains of sets and the registers of dated text read like. Textbooks read like an encyclopaedia.
GENRES = {
    "biscope/yelp": "review", "biscope/creative": "fiction", "biscope/essay": "essay", "biscope/arxiv": "science",
    "biscope_paraphrased_ai/yelp": "review", "biscope_paraphrased_ai/creative": "fiction",
    "biscope_paraphrased_ai/essay": "essay", "biscope_paraphrased_ai/arxiv": "science", "faid/FAIDSet": "science",
    "gptid_reddit/reddit-eli5": "qa", "authenticheck_asap/asap-essay": "essay",
    **{f"human_dated/{name}": name for name in (
        "news", "blog", "howto", "technical", "government", "fiction", "essay", "legal", "qa", "review",
    )},
    "human_dated/science": "encyclopaedic",
}  # fmt: skip
TEXTBOOKS = "openstax/"
SEED = 1
# Who makes a generator, the first that fits. Base and small models are `other`: they write unlike any chat model.
FAMILIES = {
    r"bloom|flan|gpt2|\bada\b|babbage|curie|davinci-002": "other", "claude": "claude", "gemini|palm|bard": "gemini",
    "llama": "llama", "mistral|mixtral": "mistral", "qwen": "qwen", "deepseek": "deepseek", "gpt|davinci": "gpt",
}  # fmt: skip


def read_ai_sets(data: Path, *, per_cell: int | None = PER_CELL) -> pl.DataFrame:
    """Human and AI-generated documents of all sets; those whose texts are shared have one group."""
    manifest = json.loads((data / "ai" / "MANIFEST.json").read_text(encoding="utf-8"))
    frames = []
    for name, entry in manifest.items():
        group = name if entry["leak_group"] == "-" else entry["leak_group"]
        frame = pl.read_parquet(data / "ai" / entry["file"])
        labelled = _label(frame, name, pl.lit(group)).with_columns(fold=pl.lit(AI_FOLDS.get(name), pl.Int64))
        if name not in GROUP_A:
            frames.append(labelled)
            continue
        fold = frame["domain"].replace_strict(DOMAIN_FOLDS, return_dtype=pl.Int64)
        frames.append(labelled.with_columns(fold=pl.lit(0, pl.Int64), use=pl.lit("figures")))
        frames.append(labelled.with_columns(fold=fold, use=pl.lit("fit")))
    return _sample(pl.concat(frames, how="diagonal_relaxed"), per_cell)


def name_families(generator: pl.Expr) -> pl.Expr:
    """The family of each generator (schema.FAMILIES); null where the name tells none."""
    return pl.coalesce(
        pl.when(generator.str.contains(f"(?i){pattern}")).then(pl.lit(family)) for pattern, family in FAMILIES.items()
    )


def name_competing(generator: pl.Expr, place: pl.Expr) -> pl.Expr:
    """The family of each generator where another one wrote in the same place (a domain), too; null elsewhere.

    Where only one family wrote, a model of families learns the place.
    """
    family = name_families(generator)
    return pl.when(family.drop_nulls().n_unique().over(place) > 1).then(family)


def read_dated(data: Path, *, per_cell: int | None = PER_CELL) -> pl.DataFrame:
    """Human documents dated before November 2022, none of them a translation; a source is a group."""
    dated = pl.read_parquet(data / "human" / "human_dated.parquet").with_columns(label=pl.lit("human"))
    written = dated.filter(pl.col("author_note").fill_null("") != "human translation")
    folds = _fold_sources(dated)
    labelled = _label(written, "human_dated", pl.col("source")).with_columns(
        domain=pl.format("human_dated/{}", "register"),
        genre=pl.when(pl.col("source").str.starts_with(TEXTBOOKS)).then(pl.lit("encyclopaedic")).otherwise("genre"),
        fold=pl.col("group").replace_strict(folds, return_dtype=pl.Int64),
    )
    return _sample(labelled, per_cell)


def read_own(data: Path, *, per_cell: int | None = None) -> pl.DataFrame:
    """The project's own AI-generated texts; the test half (use "figures") has no fold: no model ever learns from it.

    A text of the other half is in the fold of the source of the human document it is paired with.
    """
    sources = _fold_sources(pl.read_parquet(data / "human" / "human_dated.parquet", columns=["source"]))
    own = pl.read_parquet(OWN)
    fold = pl.col("pair_source").replace_strict(sources, default=0, return_dtype=pl.Int64)
    half = pl.col("split") == "train"
    labelled = _label(own, "own", pl.lit("own")).with_columns(
        domain=pl.format("own/{}", "register"),
        genre="register",
        register=pl.lit(None, pl.String),
        fold=pl.when(half).then(fold),
        use=pl.when(~half).then(pl.lit("figures")),
    )
    # Textbook passages are labelled science by register, and read like an encyclopaedia; see GENRES.
    genre = pl.col("genre").replace({"science": "encyclopaedic", "other": None})
    return _sample(labelled.with_columns(genre), per_cell)


def read_translations(data: Path, *, per_cell: int | None = PER_CELL // 2) -> pl.DataFrame:
    """Machine and human translations and originals of at least a document's length; a source text is a group."""
    frames = []
    for name in ("htvsmt_deen_to2016", "ntrex", "wmt21", "wmt22"):
        frame = pl.read_parquet(data / "mt" / f"{name}.parquet").rename({"system": "generator", "doc_id": "pair_id"})
        fold = pl.col("year").replace_strict(YEAR_FOLDS, default=None, return_dtype=pl.Int64)
        if name == "ntrex":
            fold = pl.col("pair_id").rank("dense").cast(pl.Int64) % N_FOLDS
        group = pl.format("{} {}", pl.lit(name), "year") if name.startswith("htvsmt") else pl.lit(name)
        known = fold if name in ("htvsmt_deen_to2016", "ntrex") else pl.lit(None, pl.Int64)
        frames.append(_label(frame, name, group).with_columns(known.alias("fold")))
    return _sample(pl.concat(frames, how="diagonal_relaxed"), per_cell)


def read_web_pages(data: Path) -> pl.DataFrame:
    """Main text of the saved pages that their collection dates before November 2022; a host is a group."""
    folder = data / "warc" / "throughput"
    pages = pl.read_ndjson(folder / "manifest.jsonl").select("url", "src", "date").unique("url", keep="first")
    identifier = find_model(load_models(), "language_identifier")
    if identifier is None:
        raise SystemExit("no language identifier among the shipped models")
    identify = LanguageIdentifier.load(identifier.path)
    frames = [
        batch.documents
        for path in sorted(folder.glob("*.warc.gz"))
        for batch in extract_batches(
            ArchiveReader(path, ReadOptions()),
            ExtractOptions(),
            crawl="dev",
            warc_filename=path.name,
            identify=identify,
        )
    ]
    known = (
        pl.concat(frames)
        .join(pages, on="url", how="left", maintain_order="left")
        .with_columns(pl.struct("date", "src").map_elements(_date_page, return_dtype=pl.String).alias("date"))
    )
    early = known.filter(pl.col("date") < "2022-11-01").with_columns(lang="language", label=pl.lit("human"))
    return _label(early, "web", pl.col("url_host_name")).with_columns(
        domain=pl.lit("web"), register=pl.lit("web"), fold=pl.lit(None, pl.Int64)
    ).select(COLUMNS)  # fmt: skip


def _fold_sources(dated: pl.DataFrame) -> dict[str, int]:
    """The fold of each source of dated text, those with most documents spread first."""
    counted = dated["source"].value_counts().sort("count", "source", descending=[True, False])
    return {source: index % N_FOLDS for index, source in enumerate(counted["source"].to_list())}


def _date_page(page: dict[str, str | None]) -> str | None:
    """The page's own date, else that in the name of its file, as "20120117_www..."."""
    found = re.search(r"/(20\d\d)(\d\d)(\d\d)_", page["src"] or "")
    return page["date"] or ("-".join(found.groups()) if found else None)


def _label(frame: pl.DataFrame, name: str, group: pl.Expr) -> pl.DataFrame:
    missing = {column: pl.lit(None, pl.String) for column in COLUMNS if column not in frame.columns}
    return (
        frame.with_columns(**{**missing, "set": pl.lit(name)})
        .with_columns(
            group=group,
            domain=pl.format("{}/{}", pl.lit(name), pl.col("domain").fill_null("all")),
            lang=pl.col("lang").str.head(2),
        )
        .with_columns(
            genre=(
                pl.format("human_dated/{}", "register") if name == "human_dated" else pl.col("domain")
            ).replace_strict(GENRES, default=None, return_dtype=pl.String)
        )
    )


def _sample(frame: pl.DataFrame, per_cell: int | None) -> pl.DataFrame:
    """At most so many documents of each cell, the same ones each time."""
    if per_cell is None:
        return frame.select(COLUMNS)
    cell = pl.concat_str("use", "set", "domain", "generator", "label", "lang", separator="\t", ignore_nulls=True)
    shuffled = frame.select(COLUMNS).sample(fraction=1.0, shuffle=True, seed=SEED)
    most = pl.when(pl.col("label") == "human").then(HUMAN * per_cell).otherwise(per_cell)
    few = pl.col("label").is_in(["original", "ht"]) | pl.col("set").str.starts_with("htvsmt")
    return shuffled.filter(few | (pl.int_range(pl.len()).over(cell) < most))
