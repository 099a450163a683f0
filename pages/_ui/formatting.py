"""Numbers and times as a person reads them. Unknown is a dash, never 0."""

from datetime import datetime, timedelta

from core.clock import now

UNKNOWN = "–"


def ago(at: datetime | None) -> str:
    """ "just now", "5 min ago", "yesterday", else the date."""
    if at is None:
        return "never"
    passed = now() - at
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{int(passed.total_seconds() // 60)} min ago"
    if passed < timedelta(days=1):
        return f"{int(passed.total_seconds() // 3600)} h ago"
    if passed < timedelta(days=2):
        return "yesterday"
    return f"{at:%d %b %Y}" if passed > timedelta(days=300) else f"{at:%d %b}"


def usd(amount: float | None) -> str:
    """Four decimals below a dollar, two above; a real zero is "free"."""
    if amount is None:
        return f"{UNKNOWN} USD"
    if amount == 0:
        return "free"
    if amount < 0.0001:
        return "< 0.0001 USD"
    return f"{amount:,.2f} USD" if amount >= 1 else f"{amount:.4f} USD"


def duration(ms: int | None) -> str:
    if ms is None:
        return UNKNOWN
    return (
        f"{ms} ms"
        if ms < 1000
        else f"{ms / 1000:.1f} s"
        if ms < 60_000
        else f"{ms // 60_000} min {ms % 60_000 // 1000} s"
    )


def count(number: int | None, unit: str = "") -> str:
    return (UNKNOWN if number is None else f"{number:,}") + (f" {unit}" if unit else "")


def plural(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def stars(rating: int | float | None) -> str:
    if rating is None:
        return UNKNOWN
    return "★" * round(rating) + "☆" * (5 - round(rating))


def rating(mean: float | None, n: int) -> str:
    """ "4.5 ★, n = 3"; a dash where nobody rated."""
    return UNKNOWN if mean is None else f"{mean:.1f} ★, n = {n}"
