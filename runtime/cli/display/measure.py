"""Sizes in words."""

from __future__ import annotations


def size_words(size: int) -> str:
    """`512 B`, `1.5 kB`, `20 MB`: three digits at most, in steps of a thousand."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 99.5 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
