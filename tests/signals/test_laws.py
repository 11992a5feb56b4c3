"""The laws of signals, over the whole catalogue: a signal that is listed keeps them, or the test says which."""

import inspect
import math
import pickle
from collections.abc import Iterator

import polars as pl
import pytest

from provenance.models import load_models
from provenance.schema import DOCUMENTS
from provenance.signals import Signal, base, load_signals, measure_signals, signal_columns
from provenance.text.repair import repair_texts

SIGNALS = load_signals(load_models())
PARAGRAPH = (
    "The harbour wakes before the town does. Two men in yellow coats carry crates of ice along the quay, and the "
    "gulls follow them, quarrelling! Has anyone seen the ferry? It was late on Tuesday, and again today; nobody knows "
    "why. The clerk at the ticket window (she has worked there for 31 years) says that the engine is older than she. "
    "As an AI language model, I cannot confirm that. "
)
TEXTS = [
    PARAGRAPH * 3,
    "Der Hafen erwacht vor der Stadt. " * 30,
    "",
    "Short.",
    " \n\t ",
    "港は町より先に目を覚ます。" * 40,
    "​‌‍" * 10,
    "word " * 500,
    "\U0001f600 \ud7ff \ufffd ... !!! ???" * 20,
    PARAGRAPH * 40,
]
LANGUAGES = ["en", "de", None, "en", None, "ja", "en", "en", "en", "en"]


@pytest.fixture(params=SIGNALS, ids=lambda signal: type(signal).__name__)
def signal(request: pytest.FixtureRequest) -> Signal:
    found: Signal = request.param
    return found


@pytest.fixture(scope="module")
def batch() -> pl.DataFrame:
    """Documents of all kinds, every column of the table there, those not set here null."""
    frame = pl.DataFrame({"text": TEXTS, "language": LANGUAGES})
    rest = [
        pl.lit(None, column.dtype).alias(name)
        for name, column in DOCUMENTS.columns.items()
        if name not in frame.columns
    ]
    return frame.with_columns(rest).with_columns(n_words=pl.col("text").str.count_matches(r"\w+").cast(pl.Int64))


def numbers(frame: pl.DataFrame, signal: Signal) -> Iterator[tuple[str, float]]:
    for name, column in signal.columns.items():
        if column.dtype.is_numeric():
            yield from ((name, value) for value in frame[name].drop_nulls())


def test_measured_columns_are_the_declared_ones(signal: Signal, batch: pl.DataFrame) -> None:
    declared = {name: column.dtype for name, column in signal.columns.items()}
    assert dict(signal.measure(batch).schema) == declared


def test_an_empty_batch_has_the_declared_columns_too(signal: Signal, batch: pl.DataFrame) -> None:
    declared = {name: column.dtype for name, column in signal.columns.items()}
    assert dict(signal.measure(batch.clear()).schema) == declared


def test_there_is_a_row_for_each_row(signal: Signal, batch: pl.DataFrame) -> None:
    assert signal.measure(batch).height == batch.height


def test_rows_keep_their_order(signal: Signal, batch: pl.DataFrame) -> None:
    assert signal.measure(batch.reverse()).equals(signal.measure(batch).reverse())


@pytest.mark.parametrize("cut", [1, 4, 9])
def test_a_document_is_measured_alone(signal: Signal, batch: pl.DataFrame, cut: int) -> None:
    parts = [signal.measure(batch.head(cut)), signal.measure(batch.slice(cut))]
    assert pl.concat(parts).equals(signal.measure(batch))


def test_numbers_are_finite_and_in_range(signal: Signal, batch: pl.DataFrame) -> None:
    for name, value in numbers(signal.measure(batch), signal):
        column = signal.columns[name]
        assert math.isfinite(value), name
        assert column.low is None or value >= column.low, name
        assert column.high is None or value <= column.high, name


def test_an_empty_text_is_not_measured(signal: Signal, batch: pl.DataFrame) -> None:
    if "text" not in signal.needs:
        pytest.skip("does not read the text")
    measured = signal.measure(batch.filter(pl.col("text") == ""))
    scalars = [name for name, column in signal.columns.items() if column.dtype.is_numeric()]
    assert measured.select(scalars).null_count().sum_horizontal().item() == len(scalars)


def test_a_null_text_is_not_measured(signal: Signal, batch: pl.DataFrame) -> None:
    if "text" not in signal.needs:
        pytest.skip("does not read the text")
    nothing = batch.head(1).with_columns(text=pl.lit(None, pl.String))
    scalars = [name for name, column in signal.columns.items() if column.dtype.is_numeric()]
    assert signal.measure(nothing).select(scalars).null_count().sum_horizontal().item() == len(scalars)


def test_a_missing_column_is_read_as_null(signal: Signal, batch: pl.DataFrame) -> None:
    without = measure_signals(batch.select("text"), [signal])
    assert without.height == batch.height


def test_it_pickles_to_an_equal_object(signal: Signal) -> None:
    assert pickle.loads(pickle.dumps(signal)) == signal


def test_it_is_frozen(signal: Signal) -> None:
    with pytest.raises((AttributeError, TypeError)):
        signal.columns = {}  # type: ignore[misc]


def test_it_is_documented(signal: Signal) -> None:
    assert inspect.getdoc(type(signal))
    assert inspect.getdoc(inspect.getmodule(type(signal)))
    assert all(column.meaning for column in signal.columns.values())


def test_no_two_signals_share_a_column() -> None:
    declared = [name for signal in SIGNALS for name in signal.columns]
    assert sorted(declared) == sorted(set(declared))


def test_the_catalogue_lists_all_columns_in_order(batch: pl.DataFrame) -> None:
    assert list(signal_columns(SIGNALS)) == measure_signals(batch, SIGNALS).columns


def test_measuring_together_is_measuring_each(signal: Signal, batch: pl.DataFrame) -> None:
    together = measure_signals(batch, SIGNALS)
    assert together.select(list(signal.columns)).equals(signal.measure(batch))


def test_a_batch_is_mended_once(batch: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    mended = []
    monkeypatch.setattr(base, "repair_texts", lambda texts: mended.append(texts) or repair_texts(texts))
    measure_signals(batch, SIGNALS)
    assert len(mended) == 1
    measure_signals(batch.with_columns(base.take_mended(batch)), SIGNALS)
    assert len(mended) == 2  # that of take_mended


@pytest.mark.parametrize("column", ["mended", "text"])
def test_who_needs_the_mended_text_reads_it(signal: Signal, batch: pl.DataFrame, column: str) -> None:
    if "mended" not in signal.needs:
        pytest.skip("reads the text as it came")
    garbled = batch.with_columns(base.take_mended(batch))
    other = garbled.with_columns(pl.lit("Other words stand here. ").repeat_by(30).list.join("").alias(column))
    assert signal.measure(other).equals(signal.measure(garbled)) is (column == "text")
