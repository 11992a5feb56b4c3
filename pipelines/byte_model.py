"""A small model of bytes, and how many bits it needs for a document: enough to tell corpora apart, on one core.

Each byte is embedded with the n bytes that end in it, hashed (Pagnoni et al. 2024, arXiv:2412.09871, section 3.2), then
one layer of gated recurrent units (Cho et al. 2014, arXiv:1406.1078).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

END = 0  # the byte between documents: none of them holds it
N_BYTES = 256


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Size and course of one training: `steps` batches of `batch` windows of `context` bytes."""

    hidden: int = 128
    embedding: int = 64
    orders: tuple[int, ...] = (1, 2, 3, 4)  # n of the n bytes
    buckets: int = 4096  # of the hash of each order
    context: int = 128
    batch: int = 24
    steps: int = 240
    rate: float = 6e-3
    warm_up: int = 10
    seed: int = 1

    @property
    def n_bytes(self) -> int:
        """Bytes that are learned from, all told."""
        return self.steps * self.batch * self.context


class ByteModel(nn.Module):
    """Logits of the next byte after each byte."""

    def __init__(self, options: ModelOptions) -> None:
        super().__init__()
        self.options = options
        tables = [nn.Embedding(options.buckets, options.embedding) for _ in options.orders]
        for table in tables:
            nn.init.normal_(table.weight, std=0.3)
        self.embed = nn.ModuleList(tables)
        self.recur = nn.GRU(options.embedding, options.hidden, batch_first=True)
        self.out = nn.Linear(options.hidden + options.embedding, N_BYTES)

    def forward(self, given: Tensor) -> Tensor:
        """(documents, bytes) to (documents, bytes, 256)."""
        hashed = [self._hash(given, order) for order in self.options.orders]
        embedded = torch.stack([table(keys) for table, keys in zip(self.embed, hashed, strict=True)]).sum(0)
        states, _ = self.recur(embedded)
        logits: Tensor = self.out(torch.cat([states, embedded], -1))
        return logits

    def _hash(self, given: Tensor, order: int) -> Tensor:
        """A bucket for the `order` bytes that end at each place; END before the first."""
        keys = torch.zeros_like(given)
        for back in range(order):
            keys = keys * N_BYTES + functional.pad(given, (back, 0), value=END)[:, : given.shape[1]]
        return keys * 2_654_435_761 % 4_294_967_291 % self.options.buckets


def train_bytes(texts: Iterable[str], options: ModelOptions) -> ByteModel:
    """A model that has learned from the first bytes of a stream of texts; ValueError where the stream is too short."""
    torch.manual_seed(options.seed)
    model = ByteModel(options)
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, options))
    done = 0
    for batch in cut_windows(texts, options):
        loss = _loss(model, batch).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own gap
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        done += 1
        if done == options.steps:
            return model
    raise ValueError(f"{done} batches of {options.steps}: the texts are too few")


def cut_windows(texts: Iterable[str], options: ModelOptions) -> Iterator[Tensor]:
    """Batches (batch, context + 1) from the stream in its order; a window's last byte begins the next one."""
    held = bytearray([END])
    needed = options.batch * options.context + 1
    for text in texts:
        held += text.encode() + bytes([END])
        while len(held) >= needed:
            flat = np.frombuffer(bytes(held[:needed]), np.uint8).astype(np.int64)
            rows = np.arange(options.batch)[:, None] * options.context + np.arange(options.context + 1)
            yield torch.from_numpy(flat[rows])
            del held[: needed - 1]


def measure_bits(model: ByteModel, texts: Sequence[str], *, max_bytes: int = 512) -> NDArray[np.float64]:
    """Bits for the beginning of each document after the byte between documents, and its bytes: (documents, 2)."""
    heads = [text.encode()[:max_bytes] for text in texts]
    measured = np.zeros((len(heads), 2))
    for rows in np.array_split(np.arange(len(heads)), max(1, len(heads) // 64)):
        longest = max(len(heads[row]) for row in rows)
        given = torch.zeros(len(rows), longest + 1, dtype=torch.int64)
        for place, row in enumerate(rows):
            given[place, 1 : len(heads[row]) + 1] = torch.tensor(list(heads[row]))
        with torch.no_grad():
            nats = _loss(model, given) * (given[:, 1:] != END)
        measured[rows, 0] = nats.sum(1).double().numpy() / math.log(2)
        measured[rows, 1] = [len(heads[row]) for row in rows]
    return measured


def _loss(model: ByteModel, batch: Tensor) -> Tensor:
    """Nats of each byte but the first: (documents, bytes - 1)."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(batch[:, :-1])
    return functional.cross_entropy(logits.float().transpose(1, 2), batch[:, 1:], reduction="none")


def _rate(step: int, options: ModelOptions) -> float:
    """Share of the full rate: rises over the warm-up, then falls as a cosine."""
    if step < options.warm_up:
        return (step + 1) / options.warm_up
    rest = (step - options.warm_up) / max(1, options.steps - options.warm_up)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, rest)))
