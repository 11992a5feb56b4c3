"""Tasks, receipts, the ledger, and processes that work on them. Has never heard of text."""

from provenance.run.ledger import Ledger
from provenance.run.local import Crew, Progress, attempt
from provenance.run.stopwatch import Stopwatch
from provenance.run.task import Receipt, Task

__all__ = ["Crew", "Ledger", "Progress", "Receipt", "Stopwatch", "Task", "attempt"]
