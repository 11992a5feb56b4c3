"""Near duplicates in fixed memory: what is found, what is dropped by chance, and that it works where loaders run."""

import pickle
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import provenance
from provenance.adapters.duplicates import NearDuplicates
from provenance.adapters.duplicates.bloom import BloomIndex
from provenance.dedup import DedupOptions
from provenance.errors import ConfigError

WORDS = [f"word{i}" for i in range(5000)]


def make_bloom(**options: object) -> NearDuplicates:
    return provenance.NearDuplicates(memory="bloom", n_expected=10_000, **options)


def make_texts(n: int, n_words: int = 80, seed: int = 2) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=n_words)) for _ in range(n)]


def with_copies(n: int) -> tuple[list[str], list[bool]]:
    """Texts, one in three the one before with its last word changed; and which are new."""
    texts = make_texts(n)
    for i in range(2, n, 3):
        texts[i] = texts[i - 1].rsplit(" ", 1)[0] + " changed"
    return texts, [i % 3 != 2 for i in range(n)]


def make_signatures(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 32, (n, 128), dtype=np.uint32)


def add(index: BloomIndex, signatures: np.ndarray) -> list[bool]:
    return index.add([""] * len(signatures), signatures, [True] * len(signatures))


def test_every_shape_gives_the_same():
    texts, expected = with_copies(60)
    samples = [{"text": text, "n": i} for i, text in enumerate(texts)]
    table = pa.table({"text": texts})
    shapes = [texts, samples, {"text": texts}, {"text": np.array(texts)}, table, table["text"], table.to_batches()[0]]
    assert [make_bloom()(shape) for shape in shapes] == [expected] * len(shapes)
    keep = make_bloom()
    assert [keep(sample) for sample in samples] == expected
    assert len(keep) == 40


@pytest.mark.parametrize("memory", ["bloom", "signatures"])
def test_it_filters_datasets_of_hugging_face(memory):
    datasets = pytest.importorskip("datasets", reason="needs the extra `datasets`")
    texts, expected = with_copies(60)
    data = datasets.Dataset.from_dict({"text": texts})
    kept = [text for text, new in zip(texts, expected, strict=True) if new]
    for given, batched in ((data, True), (data.with_format("arrow"), True), (data, False)):
        keep = provenance.NearDuplicates(memory=memory, n_expected=100)
        assert given.filter(keep, batched=batched, load_from_cache_file=False).with_format(None)["text"][:] == kept
    keep = provenance.NearDuplicates(memory=memory, n_expected=100)
    assert [sample["text"] for sample in data.to_iterable_dataset().filter(keep)] == kept


def test_one_by_one_and_in_batches_leave_the_same_bits():
    texts, _ = with_copies(700)
    at_once, one_by_one = make_bloom(), make_bloom()
    at_once(texts)
    for text in texts:
        one_by_one(text)
    assert at_once.state_dict() == one_by_one.state_dict()


@pytest.mark.parametrize("memory", ["bloom", "signatures"])
def test_odd_samples_are_new_unless_they_hold_a_text(memory):
    keep = provenance.NearDuplicates(memory=memory, n_expected=100)
    text = make_texts(1)[0]
    given = [text, text.encode(), b"\xff\xfe", None, 5, float("nan"), [text], {"other": 1}, {"text": text}, "\ud800 a"]
    assert keep(given) == [True, False, True, True, True, True, True, True, False, True]
    assert keep(b"\xff\xfe") is True
    assert keep({"text": None}) is True


def test_short_texts_are_copies_of_equal_ones_only():
    given = ["one two", "one  two", "one two three", None, None, "", "", "\N{PARTY POPPER}", "\N{PARTY POPPER}"]
    assert make_bloom()(given) == [True, False, True, True, True, True, False, True, False]


@pytest.mark.parametrize(("similarity", "low", "high"), [(0.5, 0.0, 0.2), (0.7, 0.45, 0.78), (0.95, 1.0, 1.0)])
def test_pairs_are_found_as_often_as_their_bands_agree(similarity, low, high):
    """Expected by 1 - (1 - s^8)^16: 0.06, 0.61, 1.00; 100 pairs."""
    texts, n_shingles = make_texts(100, n_words=204), 200
    changed = round(n_shingles * (1 - similarity) / (1 + similarity))
    edits = make_texts(100, n_words=changed, seed=3)
    copies = [" ".join([*a.split()[:-changed], b]) for a, b in zip(texts, edits, strict=True)]
    keep = make_bloom()
    assert all(keep(texts))
    assert low <= keep(copies).count(False) / 100 <= high


def test_a_threshold_chooses_the_banding():
    texts = make_texts(100, n_words=104)
    copies = [" ".join(text.split()[:-18] + ["x"] * 18) for text in texts]  # 82 of 101 shingles in common: 0.77
    found = []
    for threshold in (0.6, 0.95):
        keep = make_bloom(threshold=threshold)
        keep(texts)
        found.append(keep(copies).count(False))
    assert found[0] >= 95
    assert found[1] <= 25


def test_the_default_threshold_has_the_default_banding_and_memory_is_as_the_table_says():
    keep = provenance.NearDuplicates(memory="bloom")
    assert keep.options == DedupOptions()
    assert keep.n_bytes == pytest.approx(403e6, rel=0.001)


@pytest.mark.filterwarnings("ignore:more than the 3000")
def test_as_many_unlike_texts_are_dropped_as_was_asked_for():
    index = BloomIndex(DedupOptions(), 3000, 0.05)
    add(index, make_signatures(3100))
    assert index.false_positive == pytest.approx(0.05, rel=0.2)
    full, dropped = index.state_dict(), 0
    for group in np.split(make_signatures(2000, seed=2), 40):
        index.load_state_dict(full)
        dropped += add(index, group).count(False)
    assert dropped / 2000 == pytest.approx(index.false_positive, abs=0.02)


def test_bands_of_equal_sums_are_not_equal():
    signatures = make_signatures(50)
    index = BloomIndex(DedupOptions(), 1000, 0.001)
    assert all(add(index, signatures))
    assert all(add(index, signatures.reshape(50, 16, 8)[:, :, ::-1].reshape(50, 128)))
    assert not any(add(index, signatures))


def test_more_than_expected_is_said_once():
    index = BloomIndex(DedupOptions(), 50, 0.001)
    assert all(add(index, make_signatures(50)))
    with pytest.warns(
        UserWarning, match=r"more than the 50 .* 0\.001\d* now, 0\.036 at half .* 0\.25 at twice"
    ) as said:
        add(index, make_signatures(60, seed=2))
    assert len(said) == 1
    assert index.false_positive > 0.2


def test_an_empty_one_is_small_to_send_and_a_filled_one_remembers():
    texts, expected = with_copies(60)
    empty = pickle.dumps(provenance.NearDuplicates(memory="bloom"))
    assert len(empty) < 15_000
    keep = make_bloom()
    assert keep(texts) == expected
    again = pickle.loads(pickle.dumps(keep))
    assert again(texts) == [False] * 60
    assert again.false_positive == keep.false_positive


@pytest.mark.parametrize("memory", ["bloom", "signatures"])
def test_a_state_goes_on_where_it_was_saved(memory):
    texts, expected = with_copies(60)
    first, second = (provenance.NearDuplicates(memory=memory, n_expected=100) for _ in range(2))
    second(make_texts(5, seed=9))  # forgotten
    assert first(texts[:31]) == expected[:31]
    second.load_state_dict(pickle.loads(pickle.dumps(first.state_dict())))
    assert len(second) == len(first)
    assert second(texts[31:]) == expected[31:]
    assert second(texts) == [False] * 60
    first(texts[31:])
    assert second.state_dict() == first.state_dict()


def test_a_state_of_other_options_is_refused():
    state = make_bloom().state_dict()
    with pytest.raises(ConfigError, match="the state is of"):
        provenance.NearDuplicates().load_state_dict(state)
    with pytest.raises(ConfigError, match="the state is of"):
        make_bloom(threshold=0.6).load_state_dict(state)
    with pytest.raises(ConfigError, match=r"'threshold': 0\.6"):
        provenance.NearDuplicates(threshold=0.6).load_state_dict(provenance.NearDuplicates().state_dict())
    with pytest.raises(ConfigError, match="bytes"):
        provenance.NearDuplicates(memory="bloom", n_expected=20_000).load_state_dict(state)


@pytest.mark.parametrize(
    "options", [{"memory": "disk"}, {"n_expected": 0}, {"false_positive": 0.0}, {"false_positive": 1.0}]
)
def test_what_cannot_be_is_refused(options):
    with pytest.raises(ConfigError):
        provenance.NearDuplicates(**{"memory": "bloom", **options})


FORKED = """
import os, pickle, signal, sys
import polars as pl
frame = pl.DataFrame({"a": range(100_000), "t": ["some words of a text"] * 100_000})
frame.group_by("t").agg(pl.col("a").sum())
frame.with_columns(pl.col("t").str.to_uppercase().str.contains("^[A-Z]+$"))
if sys.argv[1] == "made":
    import provenance
    keep = provenance.NearDuplicates(memory=sys.argv[2], n_expected=100)
packed = sys.stdin.buffer.read()
if sys.argv[1] == "unpickled":
    keep = pickle.loads(packed)
child = os.fork()
if child == 0:
    signal.alarm(30)
    if sys.argv[1] == "unpickled late":
        keep = pickle.loads(packed)
    text = "a text of so many words that it has a few shingles"
    os._exit(0 if keep([text, text + " more", None, "short"]) == [True, False, True, True] else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 or (sys.argv[1] != "unpickled late" and len(keep)))
"""


@pytest.mark.parametrize(
    ("how", "memory"),
    [("made", "bloom"), ("made", "signatures"), ("unpickled", "bloom"), ("unpickled late", "signatures")],
)
def test_a_forked_process_whose_parent_used_polars_does_not_hang_and_its_memory_is_its_own(how, memory, tmp_path: Path):
    script = tmp_path / "forked.py"
    script.write_text(FORKED)
    options = DedupOptions(bands=64, rows=2, threshold=0.5)
    keep = pickle.dumps(provenance.NearDuplicates(memory=memory, n_expected=100, options=options))
    done = subprocess.run([sys.executable, script, how, memory], input=keep, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


MADE_LATE = """
import os, signal, sys
import polars as pl
pl.DataFrame({"t": ["a"] * 100_000}).with_columns(pl.col("t").str.contains("^[A-Z]+$"))
child = os.fork()
if child == 0:
    signal.alarm(30)
    import provenance
    provenance.NearDuplicates()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_one_made_too_late_says_so_instead_of_hanging():
    done = subprocess.run([sys.executable, "-c", MADE_LATE], capture_output=True, timeout=60)
    assert done.returncode == 1
    assert b"make NearDuplicates before processes are forked" in done.stderr
