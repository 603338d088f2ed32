"""How numbers are written for people."""

from __future__ import annotations


def number(value: int) -> str:
    """12345 as `12,345`."""
    return f"{value:,}"


def short_number(value: int) -> str:
    """Whole up to 999,999, then `1.28 M`, `3.41 B`."""
    if value < 1_000_000:
        return number(value)
    amount, unit = (value / 1e9, "B") if value >= 1e9 else (value / 1e6, "M")
    return f"{amount:.2f} {unit}"


def count(value: int, noun: str) -> str:
    """`1 row`, `2 rows`; a noun in -y gets -ies."""
    if value == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{number(value)} {plural}"


def dollars(amount: float) -> str:
    """Cents, and more digits below one cent, so that a small cost never reads as none."""
    if amount == 0 or amount >= 0.01:
        return f"${amount:,.2f}"
    return f"${amount:.6f}".rstrip("0") if amount >= 0.000001 else "under $0.000001"


def duration(seconds: float) -> str:
    """`3.2 s`, `4 min 10 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def share(part: int, whole: int) -> str:
    """A percentage that says 0 % and 100 % only when it is exactly that."""
    if whole == 0:
        return "-"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "under 0.1 %"
    if 99.9 < percent < 100:
        return "over 99.9 %"
    return f"{percent:.0f} %" if percent in (0, 100) or 1 <= percent <= 99 else f"{percent:.1f} %"
