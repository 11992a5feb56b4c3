"""Ranks that keep different numbers of samples end an epoch at the same step."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs torch")

import torch.distributed
from torch.utils.data import DataLoader

from provenance.adapters.torch import ProvenanceDataset, in_step
from tests.adapters.torch.made import ByNumber, make_items, read

WORLD_SIZE = 2


def make_loader(rank: int) -> DataLoader[Any]:
    """Rank 0 has the even numbers, rank 1 the odd ones, of which those that 3 divides are refused."""
    dataset = ProvenanceDataset(
        make_items(50), ByNumber(power=0.0, refuse=3 if rank else 0), rank=rank, world_size=WORLD_SIZE
    )
    return DataLoader(dataset, batch_size=4)


def run_rank(rank: int, meeting: str, given: Any) -> None:
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=WORLD_SIZE)
    for _ in range(2):  # the second epoch finds the ranks together
        given.put((rank, read(in_step(make_loader(rank)))))
        torch.distributed.barrier()
    torch.distributed.destroy_process_group()


@pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no distributed part")
def test_ranks_take_as_many_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    alone = [read(make_loader(rank)) for rank in range(WORLD_SIZE)]
    fewest = min(map(len, alone))
    assert fewest < max(map(len, alone))
    context = multiprocessing.get_context("spawn")
    given = context.Queue()
    ranks = [
        context.Process(target=run_rank, args=(rank, str(tmp_path / "meeting"), given)) for rank in range(WORLD_SIZE)
    ]
    for process in ranks:
        process.start()
    found = [given.get(timeout=100) for _ in range(2 * WORLD_SIZE)]
    for process in ranks:
        process.join(timeout=100)
    assert sorted(found) == sorted((rank, alone[rank][:fewest]) for rank in (0, 0, 1, 1))


def test_a_process_alone_gets_all():
    assert read(in_step(make_loader(0))) == read(make_loader(0))
