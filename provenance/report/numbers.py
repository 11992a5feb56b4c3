"""Numbers as people read them."""

NOTHING = "–"  # an en dash stands for a figure that does not exist
NARROW = "\u202f"  # narrow no-break space between a number and its sign


def show_count(value: int | float | None) -> str:
    """1234567 as 1,234,567."""
    return NOTHING if value is None else f"{round(value):,}"


def show_share(value: float | None) -> str:
    """0.1234 as 12.3 %; what would read 0.0 % or 100.0 % and is not, as a bound."""
    if value is None:
        return NOTHING
    if 0 < value < 0.0005:
        return f"<{NARROW}0.1{NARROW}%"
    if 0.9995 < value < 1:
        return f">{NARROW}99.9{NARROW}%"
    return f"{100 * value:.1f}{NARROW}%"


def show_interval(low: float | None, high: float | None) -> str:
    """Bounds of a share, as 1.2 to 3.4 %."""
    if low is None or high is None:
        return NOTHING
    return f"{100 * low:.1f} to {100 * high:.1f}{NARROW}%"


def show_ratio(value: float | None) -> str:
    """A ratio with the digits that carry meaning."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def show_score(value: float | None) -> str:
    """A probability with two digits, or the word for a null."""
    return "not measurable" if value is None else f"{value:.2f}"


def show_nats(value: float) -> str:
    """Evidence with its sign."""
    return f"{value:+.1f}".replace("-", "\u2212")


def show_bytes(value: int | None) -> str:
    """Bytes in the largest decimal unit that leaves at least 1."""
    if value is None:
        return NOTHING
    size = float(value)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f}{NARROW}{unit}" if unit == "B" else f"{size:.1f}{NARROW}{unit}"
