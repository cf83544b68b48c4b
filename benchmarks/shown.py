"""How figures are written, and what machine they were taken on."""

from __future__ import annotations

import os
import platform
import sqlite3


def shown(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f} ms" if seconds >= 0.01 else f"{seconds * 1e6:,.0f} µs"


def shown_bytes(size: float) -> str:
    return f"{size / 2**20:,.0f} MiB"


def machine() -> str:
    """What the figures were taken on."""
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    return f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {python}, SQLite {sqlite}"
