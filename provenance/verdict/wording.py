"""What evidence says in words for people: what was seen, how much of it, and which way it points."""

import polars as pl

SHOWN = 3  # matches quoted per signal; the table of signals holds them all

# Column: (said when it speaks for the axis, said when it speaks against, unit). The figure is the distance from the
# value that says nothing.
_NUMBERS = {
    "lr_ai_logit": (
        "words and pairs of words as AI-written texts have them",
        "words and pairs of words as human texts have them",
        "in log odds",
    ),
    "lr_translated_logit": (
        "words and pairs of words as translated texts have them",
        "words and pairs of words as original texts have them",
        "in log odds",
    ),
    "lr_crude_logit": (
        "words and pairs of words that machines choose where people say it otherwise",
        "words and pairs of words that people choose where machines say it otherwise",
        "in log odds",
    ),
    "lm_ai_llr": (
        "more like AI-written than human reference text",
        "more like human than AI-written reference text",
        "nats per token",
    ),
    "lm_human_nats": (
        "more predictable, to a model of human text, than human text usually is",
        "less predictable, to a model of human text, than AI-written text usually is",
        "nats per token",
    ),
    "lm_mt_llr": (
        "more like translated than original reference text",
        "more like original than translated reference text",
        "nats per token",
    ),
}
_OVER_TOKENS = ("lm_ai_llr", "lm_human_nats", "lm_mt_llr")
GENRE_NAMES = {
    "news": "news",
    "blog": "blog posts",
    "howto": "how-to guides",
    "technical": "technical documentation",
    "government": "government pages",
    "fiction": "fiction",
    "essay": "essays",
    "encyclopaedic": "encyclopaedia articles",
    "legal": "legal texts",
    "science": "science papers",
    "qa": "questions and answers",
    "review": "reviews",
    "shop": "shop pages",
}
_GENRE = "genre"
_LEAST_SHARE = 0.1  # of a genre that is named
_SIDES = {"ai": ("AI-generated", "human"), "mt": ("machine-translated", "original")}


def say(axis: str, signal: str, column: str, table: pl.DataFrame) -> pl.Expr:
    """The detail of one piece of evidence, from columns `value`, `nats`, `centre` and those of the table."""
    if signal == "first_seen":
        return _say_date()
    if signal == _GENRE:
        return _say_genre(table)
    if signal == "parallelism":
        return pl.format("not the original of a page that exists in {} languages", pl.col("value").cast(pl.Int64))
    if column in _NUMBERS:
        return _say_number(column, table)
    return _say_mark(axis, signal, column, table)


def name_genre(genre: str) -> str:
    """Documents of a genre, as people call them: "how-to guides"."""
    return GENRE_NAMES.get(genre, genre)


def _say_genre(table: pl.DataFrame) -> pl.Expr:
    """The genres with the largest shares: "reads like news (0.8) and blog posts (0.2)"."""
    columns = [name for name in table.columns if name.startswith(f"{_GENRE}_")]
    if not columns:
        return pl.lit("what texts of this genre are worth by themselves")
    names = [pl.lit(name_genre(name.removeprefix(f"{_GENRE}_"))).alias("name") for name in columns]
    mix = pl.concat_list(
        pl.struct(pl.col(column).fill_null(0.0).alias("share"), name)
        for column, name in zip(columns, names, strict=True)
    )
    share = pl.element().struct.field("share")
    said = pl.format("{} ({})", pl.element().struct.field("name"), share.round(1))
    top = mix.list.sort(descending=True).list.head(SHOWN)
    named = top.list.eval(said.filter((share >= _LEAST_SHARE) | (share == share.max())))
    last_comma = r"^(.*), "
    return pl.format("reads like {}", named.list.join(", ").str.replace(last_comma, "${1} and "))


def _say_date() -> pl.Expr:
    """The date, and where it comes from when that is an index."""
    place = pl.format(" in {}, {}", pl.col("seen_crawl"), pl.col("seen_url").fill_null("no url")).fill_null("")
    near = pl.format("a copy {} alike was ", pl.col("seen_similarity").round(2))
    copy = pl.when(pl.col("seen_kind") == "near").then(near).otherwise(pl.lit(""))
    date = pl.col("first_seen").dt.date()
    return pl.format("{}first seen on {}{}, before chat models wrote web pages", copy, date, place)


def _say_number(column: str, table: pl.DataFrame) -> pl.Expr:
    for_axis, against, unit = _NUMBERS[column]
    side = pl.when(pl.col("nats") > 0).then(pl.lit(for_axis)).otherwise(pl.lit(against))
    said = pl.format("{}: {} " + unit, side, _figure((pl.col("value") - pl.col("centre")).abs()))
    if column in _OVER_TOKENS and "lm_n_tokens" in table.columns:
        long = pl.format("{} over {} tokens", said, pl.col("lm_n_tokens").cast(pl.Int64))
        return pl.when(pl.col("lm_n_tokens").is_null()).then(said).otherwise(long)
    return said


def _say_mark(axis: str, signal: str, column: str, table: pl.DataFrame) -> pl.Expr:
    """The hits of the signal's family (`<family>_hits`); where there are none the plain figure."""
    side = pl.when(pl.col("nats") > 0).then(pl.lit(_SIDES[axis][0])).otherwise(pl.lit(_SIDES[axis][1]))
    plain = pl.format("{} of {}, as in {} text", pl.lit(column), _figure(pl.col("value")), side)
    family, _, kind = signal.partition("_")
    hits = f"{family}_hits"
    if hits not in table.columns:
        return plain
    listed = _list_hits(hits, kind)
    return pl.when(listed.fill_null("") == "").then(plain).otherwise(listed)


def _list_hits(column: str, kind: str) -> pl.Expr:
    """The first hits in words; with a kind ("phrase_decisive" has kind "decisive") those whose detail names it."""
    hit = pl.element().struct
    detail, match = hit.field("detail").fill_null(""), hit.field("match")
    repeats = detail.str.to_lowercase().str.starts_with(match.str.to_lowercase())
    quoted = pl.format("“{}”", match)
    said = pl.when(detail == "").then(quoted).when(repeats).then(detail).otherwise(pl.format("{}: {}", quoted, detail))
    place = pl.format(" (characters {} to {})", hit.field("start"), hit.field("end")).fill_null("")
    chosen = pl.when(detail.str.contains(kind, literal=True)).then(pl.concat_str(said, place))
    return pl.col(column).list.eval(chosen.drop_nulls()).list.head(SHOWN).list.join("; ")


def _figure(value: pl.Expr) -> pl.Expr:
    return value.round_sig_figs(2).cast(pl.String)
