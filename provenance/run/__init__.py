"""Tasks, receipts, the ledger, and crews that work on them: processes here, or a Ray cluster. Knows no text."""

from provenance.run.crew import Crew, Job, Progress
from provenance.run.engine import check_engine, open_crew
from provenance.run.ledger import Ledger
from provenance.run.local import LocalCrew, attempt
from provenance.run.options import Engine, EngineOptions
from provenance.run.stopwatch import Stopwatch
from provenance.run.task import Receipt, Task

__all__ = [
    "Crew",
    "Engine",
    "EngineOptions",
    "Job",
    "Ledger",
    "LocalCrew",
    "Progress",
    "Receipt",
    "Stopwatch",
    "Task",
    "attempt",
    "check_engine",
    "open_crew",
]
