"""Opening the service for a verb, and the option with which a person finds the same store again."""

from __future__ import annotations

import shlex
from pathlib import Path

from runtime.service import Service
from runtime.settings import find_settings


def open_service(db: str | None, jobs: int | None = None) -> Service:
    """The service over the store of the current folder (or `db`); a context manager. It takes no lock yet."""
    return Service(find_settings(db, Path.cwd(), jobs))


def same_store(db: str | None) -> str:
    """What to add to a command so that it means the same store: `--db FILE`, or nothing."""
    return f"--db {shlex.quote(db)}" if db else ""
