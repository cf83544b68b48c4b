"""Opening the service for a verb, and the option with which a person finds the same store again."""

from __future__ import annotations

import shlex
import socket
from pathlib import Path

from runtime.service import Service
from runtime.settings import find_settings


def open_service(db: str | None, jobs: int | None = None) -> Service:
    """The service over the store of the current folder (or `db`); a context manager. It takes no lock yet."""
    return Service(find_settings(db, Path.cwd(), jobs))


def same_store(db: str | None) -> str:
    """What to add to a command so that it means the same store: `--db FILE`, or nothing."""
    return f"--db {shlex.quote(db)}" if db else ""


def engine_is_alive(service: Service) -> bool:
    """Whether some process works on the runs of this store right now."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
        try:
            knock.connect(str(service.files.socket))
        except OSError:
            return False
    return True
