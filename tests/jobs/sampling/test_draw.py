"""Samples of a made index: the same whatever the files are cut like, quotas exact, totals of the index reproduced."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from provenance.errors import ConfigError, ShardError
from provenance.jobs.sampling.captures import counted_columns
from provenance.jobs.sampling.index_file import IndexFile
from provenance.jobs.sampling.options import SampleOptions
from provenance.jobs.sampling.places import IndexPlace
from provenance.jobs.sampling.sample import SampleReport, SampleRequest, run_sample
from tests.archive.source.servers import serve_folder
from tests.jobs.sampling.made_index import SCHEMA, IndexShape, write_index

SHAPE = IndexShape(rows=20_000, files=2, group_rows=3000, largest=500)
OPTIONS = SampleOptions(documents=600, per_host=6, columns=("url", "url_protocol"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    write_index(folder, SHAPE)
    return folder


def run(out: Path, *inputs: Path | str, options: SampleOptions = OPTIONS, **more: object) -> SampleReport:
    request = SampleRequest(tuple(map(str, inputs)), out, options, **more)  # type: ignore[arg-type]
    return run_sample(request, lambda *_: None)


def rows_of(root: Path) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path, hive_partitioning=False) for path in sorted(root.rglob("*.parquet")))


def pages_of(root: Path) -> pl.DataFrame:
    html = pl.col("content_mime_detected").is_in(["text/html", "application/xhtml+xml"])
    return rows_of(root).filter((pl.col("fetch_status") == 200) & html)


@pytest.fixture(scope="module")
def drawn(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    run(out, root)
    return out


def test_the_sample_is_the_same_however_the_index_is_cut_and_ordered(root: Path, drawn: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crawl=CC-MAIN-2024-10" / "subset=warc"
    folder.mkdir(parents=True)
    mixed = rows_of(root).sample(fraction=1.0, shuffle=True, seed=3)
    for number, start in enumerate(range(0, mixed.height, 7000)):
        table = mixed.slice(start, 7000).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(SCHEMA)
        pq.write_table(table, folder / f"{9 - number}.parquet", row_group_size=1000 + 500 * number)
    run(tmp_path / "again", *sorted(folder.glob("*.parquet")))
    for name in ("sample.parquet", "strata.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (drawn / name).read_bytes()


def test_quotas_and_caps_hold_and_strata_add_up_to_the_captures(root: Path, drawn: Path) -> None:
    sample, strata = pl.read_parquet(drawn / "sample.parquet"), pl.read_parquet(drawn / "strata.parquet")
    assert sample.height == strata["quota"].sum() == 600
    assert strata["quota"].equals(strata["n_drawn"])
    counted = sample.group_by("stratum").len().sort("stratum")
    assert counted["len"].to_list() == strata.sort("stratum")["quota"].to_list()
    assert sample.group_by("url_host_name").len()["len"].max() == 6
    assert strata["n_captures"].sum() == pages_of(root).height
    assert strata["weight"].to_list() == pytest.approx(strata["n_captures"].to_list())
    assert (strata["quota"] <= strata["n_capped"]).all()


def test_rows_are_those_of_the_index_and_of_their_stratum(root: Path, drawn: Path) -> None:
    sample = pl.read_parquet(drawn / "sample.parquet")
    place = ["warc_filename", "warc_record_offset"]
    pages = pages_of(root).with_columns(pl.col("warc_record_offset").cast(pl.Int64))
    found = sample.join(pages, on=place, how="left", suffix="_there")
    for name in ("url", "url_host_name", "content_languages", "url_protocol", "warc_record_length"):
        assert found[name].equals(found[f"{name}_there"].cast(found.schema[name]).alias(name)), name
    assert found["fetch_time"].equals(found["fetch_time_there"].cast(pl.Datetime("us", "UTC")).alias("fetch_time"))
    codes = {"eng": "en", "deu": "de", "fra": "fr", "rus": "ru", "jpn": "ja", "isl": "is", "gsw": "gsw"}
    first = [codes[text.split(",")[0]] for text in sample["content_languages"]]
    assert sample["language"].to_list() == first
    assert sample["month"].to_list() == sample["fetch_time"].dt.strftime("%Y-%m").to_list()
    own = sample.select(pl.concat_str("language", "tld", "month", separator="/")).to_series()
    elsewhere = sample.filter(own != sample["stratum"])
    assert elsewhere.height < 60
    busy = pages.group_by("url_host_name").len()
    assert (
        elsewhere.filter(~pl.col("stratum").str.contains("*", literal=True)).join(busy, "url_host_name")["len"].min()
        > 6
    )


def test_rows_are_captures_and_those_left_out_by_reason(root: Path, drawn: Path) -> None:
    told = json.loads((drawn / "sample.json").read_text())["crawls"]["CC-MAIN-2024-10"]
    rows = rows_of(root)
    assert told["rows"] == rows.height == told["captures"] + sum(told["left_out"].values())
    assert told["captures"] == pages_of(root).height
    assert told["left_out"]["fetch_status"] == rows.filter(pl.col("fetch_status") != 200).height
    assert set(told["left_out"]) == {"fetch_status", "media_type"}
    assert told["hosts"] == pages_of(root)["url_host_name"].n_unique()


def test_other_subsets_are_counted_and_not_drawn_from(root: Path, drawn: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "more")
    (warc,) = (tmp_path / "more").rglob("subset=warc")
    robots = warc.with_name("subset=robotstxt")
    robots.mkdir()
    shutil.copy(sorted(warc.iterdir())[0], robots)
    report = run(tmp_path / "out", tmp_path / "more")
    told = report.facts["crawls"]["CC-MAIN-2024-10"]  # type: ignore[index]
    assert told["left_out"]["subset"] == 10_000
    assert told["rows"] == 30_000
    assert (tmp_path / "out" / "sample.parquet").read_bytes() == (drawn / "sample.parquet").read_bytes()


def test_totals_that_are_known_lie_in_their_intervals(drawn: Path) -> None:
    told = json.loads((drawn / "sample.json").read_text())["crawls"]["CC-MAIN-2024-10"]["known"]
    assert {row["value"] for row in told["language"]} == {"en", "de", "fr", "ru", "ja", "is", "gsw"}
    every = [row for rows in told.values() for row in rows]
    assert sum(row["low"] <= row["captures"] <= row["high"] for row in every) >= len(every) - 1
    assert any(row["low"] < row["high"] for row in every)


def test_weights_reproduce_totals_over_many_seeds(root: Path, tmp_path: Path) -> None:
    """Captures by https, which strata know nothing of; each seed is another reading of the whole index."""
    from provenance.jobs.sampling.known import read_drawn
    from provenance.sampling.estimate import estimate_total

    truth = pages_of(root).filter(pl.col("url_protocol") == "https").height
    inside, values = 0, []
    for seed in range(12):
        run(tmp_path / str(seed), root, options=replace(OPTIONS, seed=seed, by=("tld",)))
        sample = pl.read_parquet(tmp_path / str(seed) / "sample.parquet")
        found = estimate_total(read_drawn(sample), (sample["url_protocol"] == "https").to_numpy())
        inside += found.low <= truth <= found.high
        values.append(found.value)
    assert inside >= 10
    assert abs(np.mean(values) - truth) < 3 * np.std(values, ddof=1) / np.sqrt(12)


def test_the_panel_is_the_same_hosts_in_every_crawl(tmp_path: Path) -> None:
    for crawl in ("CC-MAIN-2024-10", "CC-MAIN-2024-18"):
        write_index(tmp_path / "index" / crawl, replace(SHAPE, rows=6000, files=1, crawl=crawl))
    options = replace(OPTIONS, documents=50, panel_share=0.1)
    run(tmp_path / "out", tmp_path / "index", options=options)
    sample, panel = (pl.read_parquet(tmp_path / "out" / f"{name}.parquet") for name in ("sample", "panel"))
    of_panel = sample.filter("panel")
    assert sample.drop_nulls("weight").group_by("crawl").len()["len"].to_list() == [50, 50]
    hosts = of_panel.group_by("crawl").agg(pl.col("url_host_name").unique().sort())["url_host_name"].to_list()
    assert hosts[0] == hosts[1]
    assert panel["n_crawls"].to_list() == [2] * panel.height
    pages = pages_of(tmp_path / "index" / "CC-MAIN-2024-10")
    assert panel.height == pytest.approx(0.1 * pages["url_host_name"].n_unique(), rel=0.3)
    counts = pages.join(panel, on="url_host_name").group_by("url_host_name").len().sort("url_host_name")
    got = of_panel.filter(pl.col("crawl") == "CC-MAIN-2024-10").group_by("url_host_name").len().sort("url_host_name")
    assert got["len"].to_list() == counts["len"].clip(0, 6).to_list()
    weight = of_panel.filter(pl.col("crawl") == "CC-MAIN-2024-10")["panel_weight"].sum()
    assert weight == pytest.approx(counts["len"].sum() / 0.1)
    given = dict(panel.select("url_host_name", "inclusion_probability").iter_rows())
    run(tmp_path / "named", tmp_path / "index", options=replace(options, panel_share=0.0, panel=given))
    named = pl.read_parquet(tmp_path / "named" / "sample.parquet")
    assert named.equals(sample)


def test_over_http_only_the_columns_needed_are_read(tmp_path: Path) -> None:
    write_index(tmp_path / "index", replace(SHAPE, rows=150_000, files=1, group_rows=50_000))
    (file,) = (tmp_path / "index").rglob("*.parquet")
    options = replace(OPTIONS, documents=60, columns=())
    with serve_folder(tmp_path / "index") as site:
        report = run(tmp_path / "remote", site.url(str(file.relative_to(tmp_path / "index"))), options=options)
        asked = [request for request in site.requests if request.method == "GET"]
    run(tmp_path / "local", tmp_path / "index", options=options)
    assert (tmp_path / "remote" / "sample.parquet").read_bytes() == (tmp_path / "local" / "sample.parquet").read_bytes()
    told = report.facts["crawls"]["CC-MAIN-2024-10"]["index"]  # type: ignore[index]
    sizes = measure_columns(file)
    counted = sum(sizes[name] for name in counted_columns(("language", "tld", "month")))
    chosen = sizes["url_host_name"] + counted + sizes["warc_filename"] + sizes["warc_record_offset"]
    read = ("url_host_name", "content_mime_detected", "warc_filename", "warc_record_offset", "warc_record_length")
    rows = sum(sizes[name] for name in (*read, "content_languages", "url_host_tld", "fetch_time"))
    footers = 3 * 2**16  # that many bytes are read of a file's end, in each of three readings
    assert counted < told["bytes_read"] <= counted + chosen + rows + footers
    assert counted < 0.4 * file.stat().st_size
    assert all(request.range for request in asked)


def measure_columns(file: Path) -> dict[str, int]:
    """Stored bytes of each column."""
    facts, sizes = pq.read_metadata(file), dict.fromkeys(SCHEMA.names, 0)
    for group in range(facts.num_row_groups):
        for number, column in enumerate(SCHEMA.names):
            sizes[column] += facts.row_group(group).column(number).total_compressed_size
    return sizes


def test_a_file_that_ends_early_is_named_and_nothing_is_drawn(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "index")
    damaged = sorted((tmp_path / "index").rglob("*.parquet"))[1]
    data = bytearray(damaged.read_bytes())
    data[len(data) // 3 : 2 * len(data) // 3] = bytes(len(data) // 3 + 1)[: 2 * len(data) // 3 - len(data) // 3]
    damaged.write_bytes(data)
    with pytest.raises(ShardError, match=f"{damaged.name}: .*cannot be read.*leave it out of INDEX"):
        run(tmp_path / "out", tmp_path / "index")
    assert not (tmp_path / "out").exists()
    damaged.write_bytes(data[:-100])
    with pytest.raises(ShardError, match="the footer cannot be read"):
        run(tmp_path / "out", tmp_path / "index")


def test_an_index_that_changes_between_its_readings_is_not_drawn_from(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "index.parquet"
    rows = pl.read_parquet(sorted(root.rglob("*.parquet"))[0], hive_partitioning=False)
    for changed in (rows.head(500), rows.sample(fraction=1.0, with_replacement=True, seed=1)):
        rows.write_parquet(file)
        request = SampleRequest((str(file),), tmp_path / "out", OPTIONS)
        with pytest.raises(ShardError, match="draw again"):
            run_sample(request, lambda step, *_, new=changed: new.write_parquet(file) if step == "count" else None)
    assert not (tmp_path / "out").exists()


def test_a_row_group_that_gives_fewer_rows_than_it_has_is_damaged(root: Path) -> None:
    file = sorted(root.rglob("*.parquet"))[0]
    with pq.ParquetFile(file) as whole:
        short = SimpleNamespace(
            metadata=whole.metadata,
            num_row_groups=whole.num_row_groups,
            schema_arrow=whole.schema_arrow,
            iter_batches=lambda *_, **__: iter([next(whole.iter_batches(10, columns=["url_host_name"]))]),
        )
        opened = IndexFile(IndexPlace("a", "warc", str(file)), short)  # type: ignore[arg-type]
        with pytest.raises(ShardError, match="row group 0 has 10 rows instead of 3000"):
            list(opened.read(0, ["url_host_name"]))


def test_what_is_no_index_is_refused_in_words(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_text("not Parquet at all")
    with pytest.raises(ConfigError, match="not a Parquet file"):
        run(tmp_path / "out", tmp_path / "a.parquet")
    rows_of(root).drop("content_languages").write_parquet(tmp_path / "a.parquet")
    with pytest.raises(ConfigError, match=r"no column content_languages .crawls before CC-MAIN-2018-39"):
        run(tmp_path / "out", tmp_path / "a.parquet")
    rows_of(root).with_columns(pl.col("fetch_time").cast(pl.String)).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(ConfigError, match=r"column fetch_time is .*string"):
        run(tmp_path / "out", tmp_path / "a.parquet")
    with pytest.raises(ConfigError, match="no such file"):
        run(tmp_path / "out", tmp_path / "none.parquet")
    with pytest.raises(ConfigError, match="no file of the index is of the crawl CC-MAIN-1999-01"):
        run(tmp_path / "out", root, crawls=("CC-MAIN-1999-01",))


def test_an_index_that_names_a_record_twice_is_refused(root: Path, tmp_path: Path) -> None:
    file = sorted(root.rglob("*.parquet"))[0]
    for name in ("a", "b"):
        shutil.copy(file, tmp_path / f"{name}.parquet")
    with pytest.raises(ShardError, match=r"twice; give each of its files once"):
        run(tmp_path / "out", tmp_path, options=replace(OPTIONS, documents=8000, per_host=400))


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        (
            "crawl",
            ["CC-MAIN-2024-10", "CC-MAIN-2024-18"],
            "its column crawl has CC-MAIN-2024-10, CC-MAIN-2024-18; a file",
        ),
        ("crawl", ["CC-MAIN-2024-10"], "its path tells none: --crawl CC-MAIN-2024-10"),
        ("subset", ["crawldiagnostics", "warc"], "its column subset has crawldiagnostics, warc; a file"),
        ("subset", ["robotstxt"], "its column subset has robotstxt; a file"),
    ],
)
def test_a_table_of_several_crawls_or_subsets_is_not_taken_for_one(
    root: Path, tmp_path: Path, column: str, values: list[str], said: str
) -> None:
    rows = rows_of(root).head(200)
    told = pl.Series(column, [values[number % len(values)] for number in range(200)])
    rows.with_columns(told).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(ConfigError, match=said):
        run(tmp_path / "out", tmp_path / "a.parquet")


def test_a_table_that_tells_its_crawl_in_a_column_is_drawn_from(root: Path, tmp_path: Path) -> None:
    rows = rows_of(root).head(200).with_columns(crawl=pl.lit("CC-MAIN-2024-10"), subset=pl.lit("warc"))
    rows.write_parquet(tmp_path / "a.parquet")
    options = replace(OPTIONS, documents=20, by=())
    facts = run(tmp_path / "out", tmp_path / "a.parquet", options=options, crawls=("CC-MAIN-2024-10",)).facts
    assert facts["crawls"]["CC-MAIN-2024-10"]["documents"] == 20  # type: ignore[index]


def test_a_host_in_other_letters_or_with_a_dot_is_one_host(root: Path, tmp_path: Path) -> None:
    rows = pages_of(root).head(60)
    spelled = pl.Series("url_host_name", ["One.Example", "one.example", "one.example.", "two.example"] * 15)
    rows.with_columns(spelled).write_parquet(tmp_path / "a.parquet")
    options = replace(OPTIONS, documents=20, per_host=4, by=(), panel={"ONE.example": 1.0})
    told = run(tmp_path / "out", tmp_path / "a.parquet", options=options, crawls=("mine",)).facts["crawls"]["mine"]  # type: ignore[index]
    assert (told["hosts"], told["documents"], told["worth"]) == (2, 8, 6.4)  # 45 captures by 4 and 15 by 4
    assert (told["panel_hosts"], told["panel_captures"]) == (1, 4)


def test_an_old_index_without_languages_is_drawn_by_what_it_has(root: Path, tmp_path: Path) -> None:
    rows_of(root).drop("content_languages").write_parquet(tmp_path / "a.parquet")
    run(tmp_path / "out", tmp_path / "a.parquet", options=replace(OPTIONS, by=("tld", "month")), crawls=("old",))
    sample = pl.read_parquet(tmp_path / "out" / "sample.parquet")
    assert sample["crawl"].unique().to_list() == ["old"]
    assert sample["content_languages"].null_count() == sample.height
    assert sample["stratum"].str.count_matches("/").unique().to_list() == [1]


def test_a_folder_keeps_its_sample_and_refuses_another(root: Path, drawn: Path, tmp_path: Path) -> None:
    before = (drawn / "sample.parquet").stat().st_mtime_ns
    assert run(drawn, root).kept
    assert (drawn / "sample.parquet").stat().st_mtime_ns == before
    with pytest.raises(ConfigError, match="another, or --fresh"):
        run(drawn, root, options=replace(OPTIONS, seed=2))
    shutil.copytree(drawn, tmp_path / "out")
    assert not run(tmp_path / "out", root, options=replace(OPTIONS, seed=2), fresh=True).kept
    assert (tmp_path / "out" / "sample.parquet").read_bytes() != (drawn / "sample.parquet").read_bytes()
