"""What checking a run came to."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Verification:
    """How many of each thing were checked, and every problem found, in words."""

    checked: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def expect(self, what: str, found: object, expected: object) -> None:
        """Counts a check, and notes a problem when two values differ."""
        self.checked["checks"] += 1
        if found != expected:
            self.problems.append(f"{what}: {found} instead of {expected}")
