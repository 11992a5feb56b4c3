"""provenance in polars: `frame.provenance.score("text")`, `.filter`, `.weigh`, of a DataFrame or a LazyFrame.

Importing this module registers the namespace; `import provenance` does it, too, where polars was imported before it.
Type checkers do not see a registered namespace; to them `FrameProvenance(frame).score("text")` says the same.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.errors import ConfigError

if TYPE_CHECKING:
    from provenance.adapters.loaders.filter import Filter
    from provenance.adapters.loaders.policy import Policy, Scorer
    from provenance.adapters.loaders.weights import Weights

_TEXTS = (pl.String, pl.Categorical, pl.Enum, pl.Binary, pl.Null)
_ROW, _KEPT, _TOLD = "provenance_row", "provenance_kept", "provenance_told"


@pl.api.register_dataframe_namespace("provenance")
class FrameProvenance:
    """What is known of the documents of a frame, in its rows' order; `options` are those of the policy.

    Columns of the same name are replaced. All raise ConfigError for a wrong option, or a text column that is none.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def score(self, text: str = "text", **options: Any) -> pl.DataFrame:
        """The frame with score columns beside, as `Scorer`."""
        return _run(self._frame, policy := _make_scorer(text, options), policy.score)

    def filter(self, text: str = "text", **options: Any) -> pl.DataFrame:
        """The rows that stay, with score columns, as `Filter`."""
        return _run(self._frame, policy := _make_filter(text, options), policy.apply)

    def weigh(self, text: str = "text", **options: Any) -> pl.DataFrame:
        """The frame with score columns and `weight`, from 0 to 1, as `Weights`."""
        return _run(self._frame, policy := _make_weights(text, options), policy.apply)


@pl.api.register_lazyframe_namespace("provenance")
class LazyFrameProvenance:
    """The same of a LazyFrame: documents are scored when it is collected, with the streaming engine a batch at a time.

    Before that only the schema is read. Rows that a later filter of other columns leaves out are not scored at all.
    """

    def __init__(self, frame: pl.LazyFrame) -> None:
        self._frame = frame

    def score(self, text: str = "text", **options: Any) -> pl.LazyFrame:
        """The frame with score columns beside, as `Scorer`."""
        policy = _make_scorer(text, options)
        return self._frame.with_columns(_tell(self._frame, policy, policy.score, policy.columns))

    def filter(self, text: str = "text", **options: Any) -> pl.LazyFrame:
        """The rows that stay, with score columns, as `Filter`."""
        policy = _make_filter(text, options)
        told = _tell(self._frame, policy, functools.partial(_mark, policy), (*policy.columns, _KEPT))
        return self._frame.with_columns(told).filter(_KEPT).drop(_KEPT)

    def weigh(self, text: str = "text", **options: Any) -> pl.LazyFrame:
        """The frame with score columns and `weight`, from 0 to 1, as `Weights`."""
        policy = _make_weights(text, options)
        return self._frame.with_columns(_tell(self._frame, policy, policy.apply, (*policy.columns, "weight")))


_Apply = Callable[[pl.DataFrame], Any]


def _run(frame: pl.DataFrame, policy: "Policy", apply: _Apply) -> pl.DataFrame:
    _check(policy, frame.schema)
    applied: pl.DataFrame = apply(frame)
    return applied


def _tell(frame: pl.LazyFrame, policy: "Policy", apply: _Apply, names: tuple[str, ...]) -> pl.Expr:
    """The columns `names` that `apply` adds, from those that the policy looks at; an empty batch shows their types.

    Where sources have caps, what becomes of a row depends on the others: then all rows are one batch.
    """
    schema = frame.collect_schema()
    _check(policy, schema)
    empty = pl.DataFrame(schema={name: schema[name] for name in _needs(policy) if name in schema})
    told = _struct(apply, names, empty.to_struct())
    capped = policy.manifest is not None and any(source.cap is not None for source in policy.manifest.sources)
    batches = pl.struct(empty.columns).map_batches(
        functools.partial(_struct, apply, names), return_dtype=told.dtype, is_elementwise=not capped
    )
    return batches.struct.unnest()


def _struct(apply: _Apply, names: tuple[str, ...], documents: pl.Series) -> pl.Series:
    applied: pl.DataFrame = apply(documents.struct.unnest())
    return applied.select(names).to_struct(_TOLD)


def _mark(policy: "Filter", batch: pl.DataFrame) -> pl.DataFrame:
    """All rows of a batch and whether they stay; score columns of those only."""
    numbered = batch.with_row_index(_ROW)
    kept: pl.DataFrame = policy.apply(numbered)
    marked = numbered.select(_ROW).join(kept.with_columns(pl.lit(True).alias(_KEPT)), on=_ROW, how="left")
    return marked.sort(_ROW).with_columns(pl.col(_KEPT).fill_null(False))


def _needs(policy: "Policy") -> tuple[str, ...]:
    """The columns that a policy looks at, where a frame has them."""
    key = policy.text if policy.known is None else policy.known.key or policy.text
    source = policy.text if policy.manifest is None else policy.manifest.column
    return tuple(dict.fromkeys((policy.text, key, source)))


def _check(policy: "Policy", schema: pl.Schema) -> None:
    """Raises ConfigError where the column of texts is none, or neither it nor the key of the scores is there."""
    if policy.text in schema and not isinstance(schema[policy.text], _TEXTS):
        raise ConfigError(f"text column {policy.text!r}: a column of text is expected, not of {schema[policy.text]}")
    if policy.text not in schema and (policy.known is None or policy.known.key not in schema):
        raise ConfigError(f"no text column {policy.text!r} among {', '.join(schema)}; say which one holds the text")


def _make_scorer(text: str, options: dict[str, Any]) -> "Scorer":
    from provenance.adapters.loaders.policy import Scorer

    return Scorer(text=text, **options)


def _make_filter(text: str, options: dict[str, Any]) -> "Filter":
    from provenance.adapters.loaders.filter import Filter

    return Filter(text=text, **options)


def _make_weights(text: str, options: dict[str, Any]) -> "Weights":
    from provenance.adapters.loaders.weights import Weights

    return Weights(text=text, **options)
