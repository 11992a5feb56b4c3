"""The search over object storage gives the bytes of the search over a folder, with few requests."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from provenance.dedup.options import Verify
from provenance.jobs.dedup import signatures
from provenance.jobs.dedup.documents import RunDocuments
from provenance.jobs.dedup.scratch import Part, Scratch
from provenance.jobs.dedup.signatures import SignatureObjects
from provenance.jobs.pieces import stretches
from provenance.store import file_size, open_whole, parse_place, table_path, write_table
from provenance.store.local import local_folder
from tests.jobs.dedup.cut_search import PublishingDesk, cut_into_many, cut_search, read_results
from tests.jobs.dedup.test_search import SIZES, InProcess

pytest.importorskip("boto3")
from tests.objects.servers import Request, Site, look, serve_objects


@pytest.fixture(autouse=True)
def _cut() -> Iterator[None]:
    with cut_into_many():
        yield


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve_objects() as served:
        yield served


def count_requests(requests: list[Request], kind: str) -> Counter[str]:
    """Requests for pieces of a kind and for their edges, by method."""
    own = [request for request in requests if request.key.removesuffix(".edges").endswith(f".{kind}")]
    return Counter(request.method for request in own)


@pytest.mark.parametrize("verify", [*Verify])
def test_a_bucket_gives_the_bytes_of_a_folder(tmp_path: Path, site: Site, verify: Verify) -> None:
    cut_search(tmp_path, verify).run(InProcess())
    search, desk = cut_search(parse_place(site.url(verify)), verify), PublishingDesk()
    site.forget()
    search.run(desk)
    left = {key.removeprefix(f"{verify}/"): data for key, data in look(site, f"{verify}/").items()}
    found = {name: data for name, data in left.items() if name.startswith(("clusters/", "stats/"))}
    assert found == read_results(tmp_path)
    assert {name.partition("/")[0] for name in left} == {"clusters", "stats", "signatures", "documents"}  # no scratch
    _check_requests(site.requests, Counter(phase for phase, _ in desk.done), verify)


def _check_requests(requests: list[Request], n: Counter[str], verify: Verify) -> None:
    """No more than two requests for bytes of a shard in each range, or of a range in each shard."""
    n_shards = len(SIZES)
    assert min(n[phase] for phase in ("link", "repeat", "describe")) > 1
    for kind, n_readers in (
        ("keys", n["link"] * n_shards),
        ("paragraphs", n["repeat"] * n_shards),
        ("repeated", n_shards * n["repeat"]),
        ("described", n_shards * n["describe"]),
        ("members", n["describe"] * 3),  # measured twice, too
        ("pairs", n["link"] * 2),
    ):
        found = count_requests(requests, kind)
        assert 0 < found["GET"] <= 2 * n_readers, kind
    for kind in ("signatures", "shingles", "offsets") if verify is Verify.SHINGLES else ("signatures",):
        n_turns = 4 * n["link"] + n["describe"] + 3
        assert 0 < count_requests(requests, kind)["GET"] <= n_turns * n_shards, kind
    heads = [request.key for request in requests if request.method == "HEAD" and "/scratch/" in request.key]
    assert not any(key.endswith((".keys", ".signatures", ".described", ".repeated")) for key in heads)


def test_an_interrupted_search_over_objects_goes_on(tmp_path: Path, site: Site) -> None:
    cut_search(tmp_path).run(InProcess())
    search, before = cut_search(parse_place(site.url("halted"))), PublishingDesk(stop_before="describe")
    with pytest.raises(KeyboardInterrupt):
        search.run(before)
    desk = PublishingDesk(receipts=before.receipts)
    search.run(desk)
    assert {phase for phase, _ in desk.done} == {"describe", "cluster", "measure"}
    found = {key.removeprefix("halted/"): data for key, data in look(site, "halted/").items()}
    assert {name: found[name] for name in read_results(tmp_path)} == read_results(tmp_path)


def test_of_texts_and_facts_only_what_is_asked_for_is_fetched_and_kept_no_longer(site: Site) -> None:
    rng = np.random.default_rng(1)
    texts = [rng.bytes(400).hex() for _ in range(3000)]
    n = pl.int_range(3000, eager=True)
    told = pl.DataFrame({"doc_id": texts, "text": texts, "url_host_name": "h", "language": "en", "fetch_time": n})
    out = parse_place(site.url("texts"))
    write_table(table_path(out, "documents", "c", "s"), told, {})
    write_table(table_path(out, "signatures", "c", "s"), told.select("doc_id", exact_hash="doc_id", n=n), {})
    size = file_size(table_path(out, "documents", "c", "s"))
    site.forget()
    found = pl.concat(RunDocuments(out).read_texts("c", "s", np.array([1500, 1700])))
    assert found["text"].to_list() == [texts[1500], texts[1700]]
    assert size / 8 < site.given < size / 4  # one of three row groups, of two long columns the one
    assert [path.name for path in local_folder().iterdir()] == ["held"]
    facts = RunDocuments(out).read_facts("c", "s", [])
    assert facts["fetch_time"].equals(n.alias("fetch_time"))
    assert [path.name for path in local_folder().iterdir()] == ["held"]


@pytest.mark.parametrize(("laid", "pairs", "once"), [(10**6, 10**6, True), (10**6, 40, True), (90, 40, False)])
def test_signatures_are_read_once_while_there_is_room(
    site: Site, monkeypatch: pytest.MonkeyPatch, laid: int, pairs: int, once: bool
) -> None:
    monkeypatch.setattr(signatures, "_LAID", laid)
    monkeypatch.setattr(signatures, "_PAIRS", pairs)
    monkeypatch.setattr(stretches, "_GAP", 0)
    scratch, parts = Scratch(parse_place(site.url(f"laid-{laid}-{pairs}")), 8), [Part("a", 60, 0), Part("b", 40, 60)]
    values = np.arange(800, dtype="<u4").reshape(100, 8) // 3
    for part in parts:
        with open_whole(scratch.signatures_path(part.name)) as file:
            file.write(values[part.start : part.start + part.n_documents].tobytes())
    random = np.random.default_rng(3)
    left, right = random.integers(0, 100, (2, 300))
    site.forget()
    found = SignatureObjects(scratch, parts)
    for _ in range(2):
        assert (found.estimate(left, right) == (values[left] == values[right]).mean(axis=1)).all()
    assert (site.given <= values.nbytes) == once
    assert (found.fetch(np.array([3, 59, 60])) == values[[3, 59, 60]]).all()
