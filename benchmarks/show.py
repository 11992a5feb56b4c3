"""The figures of one run as results/*.json, a chart and the table of README.md."""

import argparse
import json
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import altair as alt
import vl_convert as vlc
from cost import describe_machine

HERE = Path(__file__).parent
PACKAGES = (
    "corpus-provenance",
    "polars",
    "numpy",
    "fastwarc",
    "warcio",
    "resiliparse",
    "fasttext",
    "kenlm",
    "scikit-learn",
    "datasketch",
)
NAMES = {
    "end to end": "provenance, all signals",
    "trafilatura": "provenance, trafilatura as extractor",
    "datatrove_trafilatura": "datatrove 0.10.1 (trafilatura, no signals)",
    "datatrove_resiliparse": "datatrove 0.10.1, resiliparse as extractor",
}
MARK = re.compile(r"(<!-- figures -->\n).*(<!-- end -->)", re.DOTALL)


def gather(parts: Path) -> dict[str, object]:
    """All parts in one object, with the machine, the versions and the ratios."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted(parts.glob("*.json"))}
    runs = found["end_to_end"]["runs"]
    whole = {"end to end": runs["1 worker"], "trafilatura": runs.get("1 worker, trafilatura")}
    whole |= {name: found.get(name) for name in NAMES if name.startswith("datatrove")}
    whole = {name: figures for name, figures in whole.items() if figures}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": describe_machine(),
        "packages": {name: version(name) for name in PACKAGES},
        "input": found["stages"]["input"],
        "reading": found["reading"],
        "stages": found["stages"]["stages"],
        "scoring": found["scoring"],
        "end_to_end": runs,
        "side_by_side": whole,
        "ratios": compare(whole),
        "judge": found["end_to_end"]["judge"],
        "clustering": found["clustering"],
    }


def compare(whole: dict[str, dict[str, float]]) -> dict[str, float]:
    """How many times faster, per core-second: as shipped, and with one extractor on both sides."""
    pairs = {
        "as each is shipped": ("end to end", "datatrove_trafilatura"),
        "resiliparse on both sides": ("end to end", "datatrove_resiliparse"),
        "trafilatura on both sides": ("trafilatura", "datatrove_trafilatura"),
    }
    rates = {name: figures["per_core_second"] for name, figures in whole.items()}
    return {
        label: round(rates[ours] / rates[theirs], 1)
        for label, (ours, theirs) in pairs.items()
        if ours in rates and theirs in rates
    }


def draw(figures: dict[str, dict]) -> alt.VConcatChart:
    """What a page costs in each stage above, pages per core-second of whole pipelines below."""
    n = figures["input"]["pages"]
    stages = [(name, row["cpu_s"] / n * 1000, "{:.2f}") for name, row in figures["stages"].items()]
    whole = [(NAMES[name], row["per_core_second"], "{:,.0f}") for name, row in figures["side_by_side"].items()]
    upper = _bars(stages, "CPU milliseconds a page, by stage")
    return (upper & _bars(whole, "Pages per core-second, whole pipelines")).configure_view(stroke=None)


def _bars(rows: list[tuple[str, float, str]], title: str) -> alt.LayerChart:
    values = [{"what": what, "value": value, "label": form.format(value)} for what, value, form in rows]
    base = alt.Chart(alt.Data(values=values), title=alt.Title(title, anchor="start"), width=520)
    what = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=300, domain=False, ticks=False))
    value = alt.X("value:Q", axis=None)
    bars = base.mark_bar(color="#3b6ea5", height=14).encode(y=what, x=value)
    return bars + base.mark_text(align="left", dx=4).encode(y=what, x=value, text="label:N")


def tabulate(figures: dict[str, dict]) -> str:
    """The figures as Markdown."""
    facts, machine = figures["input"], figures["machine"]
    lines = [
        f"{facts['pages']:,} pages, {facts['html_mb']:.0f} MB of payload in {facts['shards']} shards; "
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}; {figures['date']}; "
        f"load before the run {machine['load_before']}.",
        "",
        "| pipeline | pages per core-second | pages per second | peak MB per worker |",
        "|---|---:|---:|---:|",
    ]
    runs = {f"provenance, {name}": row for name, row in figures["end_to_end"].items()}
    runs |= {NAMES[name]: row for name, row in figures["side_by_side"].items() if name.startswith("datatrove")}
    lines += [
        f"| {name} | {row['per_core_second']:,.1f} | {row['per_second']:,.1f} | {row['peak_mb']:,} |"
        for name, row in runs.items()
    ]
    lines += ["", _tell_fixed(figures["end_to_end"]["1 worker"]), *_tell_lost(figures["side_by_side"]), ""]
    lines += ["Times faster than datatrove, per core-second: " + _list(figures["ratios"]) + ".", ""]
    lines += ["| stage | pages per core-second | share of the stages' time |", "|---|---:|---:|"]
    total = sum(row["cpu_s"] for row in figures["stages"].values())
    lines += [
        f"| {name} | {row['per_core_second']:,.0f} | {row['cpu_s'] / total:.1%} |"
        for name, row in figures["stages"].items()
    ]
    parts = (lines, _tell_scoring(figures["scoring"]), _tell_reading(figures["reading"]), _tell_rest(figures))
    return "\n".join(line for part in parts for line in (*part, ""))


def _tell_fixed(run: dict) -> str:
    """What of a run grows with the input, and what does not."""
    growing = sum(seconds for phase, seconds in run["phases"].items() if phase != "summarise")
    return (
        f"Of the {run['cpu_s']:.1f} CPU seconds with one worker, {growing:.1f} grow with the input (reading, "
        f"clustering, judging: {run['n'] / growing:,.0f} pages per core-second); the rest is starting processes, "
        "loading models and the report, the same for a run of any size or nearly so."
    )


def _tell_lost(side_by_side: dict[str, dict]) -> list[str]:
    """A page has one second by the clock in datatrove: on a busy machine it loses some, and the work on them."""
    lost = {NAMES[name]: row["timeouts"] for name, row in side_by_side.items() if row.get("timeouts")}
    return [f"{name} gave up {count:,} pages after its limit of one second." for name, count in lost.items()]


def _tell_reading(reading: dict) -> list[str]:
    """The reader beside the two libraries it is measured against; rates are medians of turns, CPU time alone."""
    megabytes = reading["page_mb"]
    lines = [
        f"| reader | records per core-second | MB of payload per core-second | of FastWARC's rate "
        f"| peak MB on a shard | on a page of {megabytes} MB | on one in gzip in gzip |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, rates in reading["speed"].items():
        peak = reading["peak_mb"][name]
        lines.append(
            f"| {name} | {rates['records_per_second']:,} | {rates['mb_per_second']:,} | {rates['of_fastwarc']:.2f} "
            f"| {peak['shard']:,} | {peak['page']:,} | {peak['encoded_page']:,} |"
        )
    return lines


def _tell_scoring(scoring: dict) -> list[str]:
    """Scoring beside others on the same texts; rates are of the quickest of several turns, CPU time alone."""
    lines = [f"| scoring texts of {scoring['words']} words, one thread | texts per core-second |", "|---|---:|"]
    lines += [f"| {name} | {row['per_core_second']:,.0f} |" for name, row in scoring["rates"].items()]
    ratios = ", ".join(f"{value} {label}" for label, value in scoring["ratios"].items())
    measured = f"{scoring['n']:,} texts, {scoring['date']}, load before {scoring['machine']['load_before']}"
    return [*lines, "", f"Ratios of these rates: {ratios} ({measured})."]


def _tell_rest(figures: dict[str, dict]) -> list[str]:
    judge, clustering = figures["judge"], figures["clustering"]
    cpu = sum(phase["cpu_s"] for phase in clustering["phases"].values())
    texts, cold = judge["texts"], judge["one_text_cold"]
    return [
        f"`judge_many`: {texts['n']:,} texts of {judge['words_per_text']} words, "
        f"{texts['per_core_second']:,.0f} a core-second. `provenance judge` on one text, started cold: "
        f"{cold['wall_s']:.2f} s.",
        "",
        f"Clusters of {clustering['rows']:,} made signatures: {cpu:.1f} CPU seconds, "
        f"{clustering['peak_bytes']['all'] / 1e6:,.0f} MB for all processes together; "
        f"planted pairs found {clustering['recall']:.4f}, right {clustering['precision']:.4f}.",
    ]


def _list(ratios: dict[str, float]) -> str:
    return ", ".join(f"{value} {label}" for label, value in ratios.items()) or "not measured"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", type=Path)
    figures = gather(parser.parse_args().parts)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "throughput.json").write_text(json.dumps(figures, indent=1) + "\n")
    specification = draw(figures).to_dict()
    (results / "throughput.svg").write_text(vlc.vegalite_to_svg(specification))
    (results / "throughput.png").write_bytes(vlc.vegalite_to_png(specification, scale=2))
    readme, table = HERE / "README.md", tabulate(figures)
    readme.write_text(MARK.sub(lambda found: found.group(1) + table + found.group(2), readme.read_text()))
    print(table)


if __name__ == "__main__":
    main()
