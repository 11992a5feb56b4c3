"""`provenance calques`: the lexicon it writes, what it tells, and how it ends."""

import json
import shutil
from pathlib import Path

import pytest

from provenance.models import find_model, load_models
from provenance.signals.calques import LEXICON_COLUMNS
from provenance.signals.matcher import read_lexicon
from tests.test_main_job import provenance

DING = """Geist {m} :: ghost; mind
Schuh {m} :: shoe
Geisterschuh {m} :: phantom limb
Wachtel {f} :: quail
"""
TEXT = "He wore a ghost shoe at the table."


@pytest.fixture
def ding(tmp_path: Path) -> Path:
    (tmp_path / "de-en").write_text(DING, encoding="utf-8")
    return tmp_path / "de-en"


def build(ding: Path, *more: object) -> tuple[int, str, str]:
    out = ding.with_name("out.tsv")
    done = provenance("calques", "build", ding, "--source-language", "de", "--out", out, *more)
    return done.returncode, done.stdout, done.stderr


def test_a_built_lexicon_is_searched_and_shown(ding: Path) -> None:
    code, said, _ = build(ding)
    assert code == 0, said
    rows = read_lexicon(ding.with_name("out.tsv"), LEXICON_COLUMNS)
    assert [row["calque"] for row in rows] == ["ghost shoe", "mind shoe"]
    shown = provenance("calques", "check", TEXT, "--calques", ding.with_name("out.tsv"))
    assert shown.returncode == 0
    assert shown.stdout.strip() == "text\t10-20\tghost shoe: German Geisterschuh, phantom limb"


def test_judge_takes_it_as_evidence(ding: Path) -> None:
    build(ding)
    judged = provenance("judge", TEXT, "--calques", ding.with_name("out.tsv"), "--json")
    evidence = json.loads(judged.stdout)["evidence"]
    (calque,) = (item["detail"] for item in evidence if item["signal"].startswith("calque"))
    assert calque.startswith("ghost shoe: German Geisterschuh, phantom limb")
    assert not [
        item for item in json.loads(provenance("judge", TEXT, "--json").stdout)["evidence"] if "Geister" in str(item)
    ]


def test_the_counts_add_up(ding: Path) -> None:
    _, said, _ = build(ding, "--json")
    counts = json.loads(said)
    assert (counts["headwords"], counts["split"], counts["glossed"]) == (4, 1, 1)
    assert counts["glosses"] == counts["kept"] + sum(counts["struck"].values())


def test_texts_of_original_english_strike(ding: Path) -> None:
    own = ding.with_name("own.txt")
    own.write_text("A ghost shoe fell down.")
    _, said, _ = build(ding, "--json", "--original", own)
    assert json.loads(said)["struck"]["original"] == 1
    assert json.loads(said)["kept"] == 1


def test_unreadable_lines_are_told_and_end_with_1(ding: Path) -> None:
    ding.write_text(DING + "no sides\n", encoding="utf-8")
    code, _, told = build(ding)
    assert code == 1
    assert "unreadable: " in told
    assert "line 5" in told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--source-language", "fr"), "compounds of de, nl"),
        (("--model", "none.binary"), "no KenLM model"),
        (("--original", "none.txt"), "no such file"),
        (("--model", "garbage.binary"), "no KenLM model"),
        (("--max-phrase", "nan"), "nan is no probability"),
        (("--min-word", "nan"), "nan is no probability"),
        (("--out", "de-en"), "is one of the inputs"),
    ],
)
def test_wrong_options_end_with_2(
    ding: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(ding.parent)
    Path("garbage.binary").write_bytes(b"\xff\xfe\x80garbage\n" * 100)
    code, _, told = build(ding, *more)
    assert code == 2
    assert said in told
    assert not ding.with_name("out.tsv").exists()


@pytest.mark.parametrize(
    ("given", "out"),
    [
        (("s.index",), "s.dict"),
        (("s.dict",), "s.index"),
        (("de-en", "--model", "my.binary"), "my.binary"),
    ],
)
def test_no_input_is_overwritten(ding: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], out: str) -> None:
    monkeypatch.chdir(ding.parent)
    articles = "geist <n>\nghost\nschuh <n>\nshoe\ngeisterschuh <n>\nphantom limb\n"
    Path("s.dict").write_text(articles)
    Path("s.index").write_text("geist\tA\tQ\nschuh\tQ\tP\ngeisterschuh\tf\ti\n")
    shutil.copy(find_phrases(), "my.binary")
    before = Path(out).read_bytes()
    done = provenance("calques", "build", *given, "--source-language", "de", "--out", out)
    assert done.returncode == 2, done.stderr
    assert "is one of the inputs" in done.stderr
    assert Path(out).read_bytes() == before


def find_phrases() -> Path:
    shipped = find_model(load_models(), "phrases", "en")
    assert shipped is not None
    return shipped.path


def test_a_lexicon_without_a_calque_ends_with_2(ding: Path) -> None:
    own, config = ding.with_name("own.tsv"), ding.with_name("run.toml")
    own.write_text("\t".join(LEXICON_COLUMNS) + "\n\tde\tGeisterschuh\tphantom limb\tbuilt: geist + schuh\n")
    config.write_text(f'[signals]\ncalque_lexicons = ["{own}"]\n')
    for command in (
        ("calques", "check", TEXT, "--calques", own),
        ("judge", TEXT, "--calques", own),
        ("run", "none.warc.gz", "--out", ding.with_name("out"), "--config", config),
    ):
        done = provenance(*command)
        assert done.returncode == 2, (command, done.stderr)
        assert "own.tsv, line 2: no calque" in done.stderr, command
