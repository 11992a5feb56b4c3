"""The model of bytes sees every byte once and in order, learns, and is measured document by document."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch, which the extra `torch` brings")

import torch

from pipelines.byte_model import END, ByteModel, ModelOptions, cut_windows, measure_bits, train_bytes

SMALL = ModelOptions(hidden=16, embedding=8, buckets=256, context=16, batch=4, steps=30, rate=2e-2)
TEXTS = ["the cat sat on the mat", "a dog — and a cat", "x"]


def test_windows_hold_the_stream_byte_for_byte() -> None:
    batches = list(cut_windows(TEXTS * 9, SMALL))
    stream = bytes([END]) + b"".join(text.encode() + bytes([END]) for text in TEXTS * 9)
    told = bytes(int(byte) for batch in batches for window in batch for byte in window[:-1])
    assert stream.startswith(told)
    assert len(stream) - len(told) <= SMALL.batch * SMALL.context
    assert all(window[-1] == after[0] for batch in batches for window, after in itertools.pairwise(batch))


def test_what_was_learned_needs_fewer_bits_than_what_was_not() -> None:
    model = train_bytes(itertools.cycle(TEXTS), SMALL)
    bits = measure_bits(model, [TEXTS[0], "QUIXOTIC ZEBRAS JUMP 98"])
    per_byte = bits[:, 0] / bits[:, 1]
    untrained = measure_bits(ByteModel(SMALL), [TEXTS[0]])
    assert per_byte[0] < 0.6 * untrained[0, 0] / untrained[0, 1]
    assert per_byte[0] < per_byte[1]


def test_a_seed_decides_the_model() -> None:
    few = replace(SMALL, steps=3)
    first, again, other = (
        measure_bits(train_bytes(itertools.cycle(TEXTS), replace(few, seed=seed)), TEXTS) for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_no_byte_is_told_from_what_comes_after_it() -> None:
    model = ByteModel(SMALL)
    given = torch.tensor([list(b"abcdefgh"), list(b"abcdXXXX")])
    logits = model(given).detach()
    assert torch.equal(logits[0, :4], logits[1, :4])
    assert not torch.equal(logits[0, 4:], logits[1, 4:])


def test_a_document_weighs_its_own_bytes_whatever_stands_beside_it() -> None:
    model = ByteModel(SMALL)
    alone, beside = measure_bits(model, [TEXTS[1]])[0], measure_bits(model, [TEXTS[1], "long " * 30])[0]
    assert alone == pytest.approx(beside, rel=1e-2)
    assert alone[1] == len(TEXTS[1].encode())
    assert measure_bits(model, ["long " * 30], max_bytes=20)[0, 1] == 20


def test_an_untrained_model_needs_about_eight_bits() -> None:
    bits = measure_bits(ByteModel(SMALL), TEXTS).sum(0)
    assert bits[0] / bits[1] == pytest.approx(8.0, abs=0.3)


def test_too_few_texts_are_told() -> None:
    with pytest.raises(ValueError, match="too few"):
        train_bytes(TEXTS, SMALL)


def test_the_bytes_of_a_run_are_counted() -> None:
    consumed = 0

    def tell() -> "itertools.chain[str]":
        nonlocal consumed
        for text in itertools.cycle(TEXTS):
            consumed += len(text.encode()) + 1
            yield text

    train_bytes(tell(), SMALL)
    assert SMALL.n_bytes <= consumed <= SMALL.n_bytes + max(len(text.encode()) for text in TEXTS) + 2
    assert np.isclose(SMALL.n_bytes, 30 * 4 * 16)
