"""Spans of time and amounts as people say them."""

from provenance.jobs.status.estimates import Range


def tell_span(seconds: float) -> str:
    """Seconds in the two largest units: 45 s, 3 min 20 s, 2 h 10 min, 3 d 4 h."""
    whole = round(max(0.0, seconds))
    if whole < 60:
        return f"{whole} s"
    for unit, size, below, part in (("min", 60, "s", 1), ("h", 3600, "min", 60), ("d", 86_400, "h", 3600)):
        if whole < size * (60 if unit == "min" else 24) or unit == "d":
            rest = whole % size // part
            return f"{whole // size:,} {unit}" + (f" {rest} {below}" if rest else "")
    raise AssertionError


def tell_range(left: Range | None) -> str:
    """From how long to how long, in words."""
    if left is None:
        return "cannot be told yet"
    if left.high is None:
        return f"at least {tell_span(left.low)}"
    low, high = tell_span(left.low), tell_span(left.high)
    return low if low == high else f"{low} to {high}"


def tell_bytes(n: float) -> str:
    """Bytes with a decimal unit."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if n < 1000 or unit == "TB":
            return f"{n:,.0f} {unit}" if unit == "B" else f"{n:,.1f} {unit}"
        n /= 1000
    raise AssertionError
