"""Verifying a run: what is whole passes, whatever was changed is named, and what cannot be read again is counted."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from provenance.jobs.checks.verification import Verification
from provenance.jobs.checks.verify import verify_run
from provenance.jobs.corpus import run_corpus
from provenance.jobs.folder import open_folder
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.places import STDIN
from provenance.jobs.sources.plan import find_shards
from provenance.store import warc_path
from tests.archive.made_archives import gzipped, response
from tests.archive.source.reading import quick
from tests.archive.source.servers import Fault, serve_folder
from tests.jobs.test_corpus import Listener

N = 6


def page(number: int) -> bytes:
    words = f"The pears of garden {number} were late, and the apples of the year few and small. " * 12
    return f"<html><body><article><p>{words}</p></article></body></html>".encode()


def run(base: Path, inputs: Sequence[str], *, write_warc: bool = False) -> Path:
    config = RunConfig(write_warc=write_warc, fetch=quick())
    with open_folder(base / "out", config, fresh=False) as folder:
        run_corpus(folder, find_shards(inputs, "c"), workers=1, reporter=Listener())
    return base / "out"


def verify(out: Path, n_sample: int = 2 * N) -> Verification:
    return verify_run(out, n_sample=n_sample, seed=1)


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with `--write-warc` over two archives, `a.warc.gz` and `b.warc`."""
    base = tmp_path_factory.mktemp("verified")
    (base / "in").mkdir()
    (base / "in" / "a.warc.gz").write_bytes(gzipped(*(response(n, page(n)) for n in range(N))))
    (base / "in" / "b.warc").write_bytes(b"".join(response(n, page(n)) for n in range(N, 2 * N)))
    run(base, [str(base / "in")], write_warc=True)
    return base


@pytest.fixture
def base(made: Path, tmp_path: Path) -> Path:
    """A copy of it, whose archives are files of their own."""
    shutil.copytree(made, tmp_path / "base")
    for name in ("run.json", "ledger.jsonl"):
        rewrite(tmp_path / "base" / "out" / name, lambda text: text.replace(str(made), str(tmp_path / "base")))
    return tmp_path / "base"


def test_a_whole_run_has_no_problems(base: Path) -> None:
    result = verify(base / "out")
    assert result.problems == []
    assert result.checked["documents read again"] == 2 * N
    assert result.checked["digests that match"] == 2 * N


def test_no_more_documents_are_read_than_asked_for(base: Path) -> None:
    assert verify(base / "out", 5).checked["documents read again"] == 5


def test_another_text_in_the_archive_is_a_problem(base: Path) -> None:
    path = base / "in" / "b.warc"
    path.write_bytes(path.read_bytes().replace(b"garden 7 were late", b"garden 7 were fine"))
    result = verify(base / "out")
    assert len(result.problems) == 1
    assert "text read again is the same: False" in result.problems[0]
    assert result.checked["digests of other bytes"] == 1


def test_a_record_that_is_gone_is_a_problem_and_the_others_are_read(base: Path) -> None:
    path = base / "in" / "b.warc"
    path.write_bytes(b"\0" * 4 + path.read_bytes()[4:])
    result = verify(base / "out")
    assert len(result.problems) == 1
    assert f"{path} at 0: document" in result.problems[0]
    assert result.checked["documents read again"] == 2 * N - 1


def test_an_archive_that_is_gone_is_a_problem_where_documents_are_read(base: Path) -> None:
    (base / "in" / "a.warc.gz").unlink()
    result = verify(base / "out")
    assert result.problems == [f"{base}/in/a.warc.gz: No such file or directory ({N} documents not read again)"]
    assert result.checked["documents read again"] == N


def test_an_archive_that_is_gone_is_told_where_none_are_read(base: Path) -> None:
    (base / "in" / "a.warc.gz").unlink()
    result = verify(base / "out", 0)
    assert result.problems == []
    assert result.checked["archives that are not there any more"] == 1


def test_an_archive_of_another_size_is_a_problem(base: Path) -> None:
    with (base / "in" / "b.warc").open("ab") as file:
        file.write(b"\r\n")
    assert ["size of the archive" in problem for problem in verify(base / "out", 0).problems] == [True]


@pytest.mark.parametrize("name", ["bytes_read", "bytes_skipped"])
def test_bytes_that_do_not_add_up_are_a_problem(base: Path, name: str) -> None:
    rewrite(base / "out" / "ledger.jsonl", lambda text: text.replace(f'"{name}":', f'"{name}":1'))
    assert any("bytes read + skipped" in problem for problem in verify(base / "out", 0).problems)


def test_stretches_that_do_not_add_up_are_a_problem(base: Path) -> None:
    rewrite(base / "out" / "ledger.jsonl", lambda text: text.replace('"skipped":[]', '"skipped":[[0,5,"garbage"]]'))
    assert any("bytes of the stretches skipped: 5 instead of 0" in text for text in verify(base / "out", 0).problems)


def test_documents_from_standard_input_are_counted_not_read(base: Path) -> None:
    def pipe(text: str) -> str:
        saved = json.loads(text)
        for shard in saved["shards"]:
            if shard["name"] == "a":
                shard.update(place=STDIN, size=0)
        return json.dumps(saved)

    rewrite(base / "out" / "run.json", pipe)
    result = verify(base / "out")
    assert result.problems == []
    assert result.checked["documents that cannot be read again (standard input)"] == N
    assert result.checked["documents read again"] == N


def test_kept_records_that_were_cut_are_a_problem(base: Path) -> None:
    path = warc_path(base / "out", "c", "a")
    path.write_bytes(path.read_bytes()[:-300])
    (problem,) = verify(base / "out", 0).problems
    assert problem.startswith(f"{path}: records: ")


def test_kept_records_that_are_gone_are_a_problem(base: Path) -> None:
    path = warc_path(base / "out", "c", "a")
    path.unlink()
    (problem,) = verify(base / "out", 0).problems
    assert problem.startswith(f"{path}: records: No such file or directory instead of")


def test_documents_of_a_web_server_are_read_by_a_few_requests(made: Path, tmp_path: Path) -> None:
    with serve_folder(made / "in") as site:
        out = run(tmp_path, [site.url("a.warc.gz"), site.url("b.warc")])
        site.requests.clear()
        result = verify(out)
        assert [str(asked).endswith("-") for asked in site.ranges] == [False, False]  # no more than is wanted
    assert result.problems == []
    assert result.checked["documents read again"] == 2 * N


def test_an_address_that_needs_a_secret_is_told(made: Path, tmp_path: Path) -> None:
    with serve_folder(made / "in") as site:
        out = run(tmp_path, [f"{site.url('a.warc.gz')}?ticket=secret"])
        result = verify(out)
    assert result.problems == []
    told = "documents that cannot be read again (the password or query of the URL is not kept)"
    assert result.checked[told] == N


def test_an_object_that_is_gone_is_a_problem(made: Path, tmp_path: Path) -> None:
    with serve_folder(made / "in") as site:
        out = run(tmp_path, [site.url("a.warc.gz")])
        site.then(Fault(status=404))
        (problem,) = verify(out).problems
    assert "the server answers 404" in problem
    assert problem.endswith(f"({N} documents not read again)")
