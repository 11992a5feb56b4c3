"""What a run is told: the options of every stage, and what identifies its tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from provenance import __version__
from provenance.archive import ReadOptions
from provenance.archive.source import FetchOptions
from provenance.config import digest_config, load_config, read_toml
from provenance.curate import CurateRules
from provenance.dedup import DedupOptions
from provenance.dedup.options import Keep
from provenance.errors import ConfigError
from provenance.extract import ExtractOptions
from provenance.jobs.weights import PinnedWeights, pin_weights
from provenance.models import Model, models_digest
from provenance.run import Task
from provenance.signals.calques import LEXICON, load_calques
from provenance.signals.options import SignalOptions, pin_lexicons
from provenance.stats import StatsOptions
from provenance.store import Place
from provenance.verdict import VerdictOptions


@dataclass(frozen=True, slots=True)
class RunConfig:
    """All options of the main job; each table of RUN.toml is the stage of that name.

    `write_warc`: whether the documents kept are written as WARC too. `weights`: of a sample, a file that says how many
    documents each one stands for. `fetch` says how bytes come over a network, and is no part of what a run is
    identified by.
    """

    archive: ReadOptions = field(default_factory=ReadOptions)
    extract: ExtractOptions = field(default_factory=ExtractOptions)
    dedup: DedupOptions = field(default_factory=DedupOptions)
    signals: SignalOptions = field(default_factory=SignalOptions)
    verdict: VerdictOptions = field(default_factory=VerdictOptions)
    curate: CurateRules = field(default_factory=CurateRules)
    stats: StatsOptions = field(default_factory=StatsOptions)
    models: Path | None = None
    write_warc: bool = False
    fetch: FetchOptions = field(default_factory=FetchOptions, metadata={"identity": False})
    seen: Path | None = field(default=None, metadata={"identity": False})
    weights: Path | PinnedWeights | None = field(default=None, metadata={"identity": "given"})

    def __post_init__(self) -> None:
        if self.dedup.keep is Keep.BEST:
            raise ConfigError(
                'dedup.keep = "best": copies are found before documents are judged; use "earliest" or "longest" '
                "(provenance dedup --keep best takes a score that is there)"
            )


def load_run_config(path: Path | None) -> RunConfig:
    """The configuration of a TOML file; null gives the defaults. Raises ConfigError."""
    if path is None:
        return RunConfig()
    config = load_config(RunConfig, read_toml(path), str(path))
    models, seen = (folder.absolute() if folder else None for folder in (config.models, config.seen))
    signals = pin_lexicons(config.signals)
    load_calques((LEXICON, *signals.calque_lexicons))  # before any work
    weights = pin_weights(config.weights) if isinstance(config.weights, Path) else config.weights
    return replace(config, models=models, seen=seen, signals=signals, weights=weights)  # the run may go on elsewhere


@dataclass(frozen=True, slots=True)
class JobContext:
    """What every job of a run holds: where to write, with which options, under which identity."""

    out: Place
    config: RunConfig
    identity: tuple[tuple[str, str], ...]

    def metadata(self, task: Task) -> dict[str, str]:
        """What each table says of itself in its Parquet metadata."""
        told = {**dict(self.identity), "crawl": task.crawl, "shard": task.shard}
        return {f"provenance:{name}": value for name, value in told.items()}


def identify_run(config: RunConfig, models: Sequence[Model]) -> tuple[tuple[str, str], ...]:
    """Version and digests that go into every table made with this configuration and these models."""
    return (
        ("version", __version__),
        ("config_digest", digest_config(config)),
        ("models_digest", models_digest(models)),
    )
