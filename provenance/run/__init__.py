"""Tasks, receipts, the ledger, and processes that work on them. Has never heard of text."""

from provenance.run.ledger import Ledger
from provenance.run.local import Progress, run_tasks
from provenance.run.task import Receipt, Task

__all__ = ["Ledger", "Progress", "Receipt", "Task", "run_tasks"]
