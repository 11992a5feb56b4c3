"""A small search that is cut into many ranges and portions, and desks that are stopped."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pytest

from provenance.dedup import DedupOptions
from provenance.dedup.options import Verify
from provenance.jobs.dedup.search import CopySearch
from provenance.jobs.job import Job
from provenance.jobs.published import PublishedJob
from provenance.run import Receipt, Task
from provenance.store import Place
from provenance.text.words import count_words
from tests.folders import read_files
from tests.jobs.dedup.test_search import DOCUMENTS, OPTIONS, InProcess, search_in

NOTICE = "All rights reserved by the people of this page"
PAGES = DOCUMENTS.with_columns(
    text=pl.when(pl.col("n_words") > 3).then(pl.format("{}\n{}", "text", pl.lit(NOTICE))).otherwise("text"),
    url_host_name=pl.when(pl.int_range(pl.len()) % 5 > 0).then(pl.lit("a.example")),
).with_columns(n_words=count_words(pl.col("text")), n_chars=pl.col("text").str.len_chars())


@contextmanager
def cut_into_many() -> Iterator[None]:
    """Memory is so little, for so few documents, that every phase has several tasks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provenance.jobs.dedup.plan.ROW_MEMORY", 6 * 10**5)
        patch.setattr("provenance.jobs.dedup.join.FACTS_MEMORY", 10**7)
        patch.setattr("provenance.jobs.dedup.search.PARAGRAPH_MEMORY", 5 * 10**6)
        patch.setattr("provenance.jobs.dedup.spread.RUN_BYTES", 20_000)
        yield


def cut_search(out: Place, verify: Verify = Verify.SIGNATURE, memory: int | None = None) -> CopySearch:
    """The search over pages, all tables they have so far written."""
    options: DedupOptions = replace(OPTIONS, verify=verify)
    return search_in(out, PAGES, options=options, memory=memory)


@dataclass
class PublishingDesk(InProcess):
    """Does tasks as they are done in a folder on object storage."""

    phases: list[str] = field(default_factory=list)

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        self.phases.append(phase)
        return super().do(phase, PublishedJob(job), tasks)


def read_results(out: Path) -> dict[str, bytes]:
    """What a search leaves in a folder of this machine, by its path there."""
    return read_files(out, "clusters", "stats")
