"""Records that share a member and have neither an id nor a url cannot be told apart: verify says so, and is content."""

from pathlib import Path

from provenance.jobs.checks.verify import verify_run
from tests.archive.made_archives import gzipped
from tests.jobs.test_corpus import run


def nameless(text: str) -> bytes:
    body = text.encode()
    head = f"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body + b"\r\n\r\n"


def test_documents_without_a_name_in_a_shared_member_are_counted(tmp_path: Path) -> None:
    texts = [f"Page {number} tells of apples, pears and the plums of the garden behind the house." for number in (1, 2)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.warc.gz").write_bytes(gzipped(b"".join(map(nameless, texts))))
    assert run(tmp_path)[0].totals["documents"] == 2
    result = verify_run(tmp_path / "out", n_sample=10, seed=1)
    assert (result.problems, result.checked["documents without a place"]) == ([], 2)
