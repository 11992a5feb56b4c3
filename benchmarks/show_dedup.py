"""The growth of the search for copies as a chart, and what three billion documents would take, computed from it.

`python benchmarks/show_dedup.py SCALE.json...` takes lines of cluster_scale.py, and writes results/cluster_scale.json
and docs/images/dedup_growth.svg.
"""

import argparse
import json
from pathlib import Path

import altair as alt
import polars as pl

from provenance.dedup import DedupOptions
from provenance.jobs.dedup.link import ROW_MEMORY
from provenance.jobs.dedup.plan import BASE, ITEM_MEMORY

HERE = Path(__file__).parent
RESULT = HERE / "results" / "cluster_scale.json"
IMAGE = HERE.parent / "docs" / "images" / "dedup_growth.svg"
FAR = 3_000_000_000
FAR_MEMORY, FAR_WORKERS = 160 * 10**9, 64
_PHASES = ("spread", "link", "join", "describe", "cluster")


def project(largest: dict) -> dict[str, float]:
    """What `FAR` documents would take at the rates of the largest run; CPU time grows with the number of documents."""
    n, options = largest["rows"], DedupOptions()
    scale = FAR / n
    cpu = {phase: largest["phases"][phase]["cpu_s"] * scale / 3600 for phase in _PHASES}
    room = FAR_MEMORY // FAR_WORKERS - BASE
    return {
        "documents": FAR,
        "scratch_tb": round(FAR * (options.num_perm * 4 + (options.bands + 1) * 24) / 1e12, 2),
        "joining_memory_gb": round((FAR * ITEM_MEMORY + BASE) / 1e9),
        "partitions_of_64_workers_in_160_gb": -(-FAR * (options.bands + 1) * ROW_MEMORY // room),
        **{f"{phase}_cpu_hours": round(hours, 1) for phase, hours in cpu.items()},
        "hours_on_64_cores": round((sum(cpu.values()) - cpu["join"]) / FAR_WORKERS + cpu["join"], 1),
    }


def draw(runs: list[dict]) -> alt.VConcatChart:
    """Seconds by phase, and the peak of memory, over the number of documents."""
    rows = [
        {"documents": run["rows"] / 1e6, "phase": phase, "CPU seconds": run["phases"][phase]["cpu_s"]}
        for run in runs
        for phase in _PHASES
    ]
    memory = [
        {"documents": run["rows"] / 1e6, "kind": kind, "GB": run["peak_bytes"][key] / 1e9}
        for run in runs
        for kind, key in (("all", "all"), ("own (anonymous)", "anonymous"))
    ]
    axis = alt.X("documents:Q", title="documents, millions")
    time = (
        alt.Chart(pl.DataFrame(rows)).mark_line(point=True).encode(axis, alt.Y("CPU seconds:Q"), alt.Color("phase:N"))
    )
    held = (
        alt.Chart(pl.DataFrame(memory))
        .mark_line(point=True)
        .encode(axis, alt.Y("GB:Q", title="peak memory, GB"), alt.Color("kind:N", title="memory"))
    )
    ceiling = alt.Chart(pl.DataFrame({"GB": [runs[-1]["memory_ceiling_bytes"] / 1e9]})).mark_rule(strokeDash=[4, 3])
    size = {"width": 420, "height": 180}
    parts = time.properties(**size), (held + ceiling.encode(y="GB:Q")).properties(**size)
    return alt.vconcat(*parts).resolve_scale(color="independent")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    runs = sorted((json.loads(path.read_text()) for path in parser.parse_args().runs), key=lambda run: run["rows"])
    RESULT.write_text(json.dumps({"runs": runs, "projection": project(runs[-1])}, indent=2) + "\n")
    IMAGE.parent.mkdir(exist_ok=True)
    draw(runs).save(IMAGE)
    print(json.dumps(project(runs[-1]), indent=2))


if __name__ == "__main__":
    main()
