"""Settings of the runner: where the store is, how much runs at once, how it is woken."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from runtime.model.errors import FlowerError
from runtime.project import find_folder


@dataclass(frozen=True, slots=True)
class Settings:
    """`db`: the store's file, absolute. `project`: the folder of the nearest `flow.toml`, or None."""

    db: Path
    project: Path | None
    jobs: int
    zone: str
    synchronous: str = "FULL"


def find_settings(db: str | None = None, cwd: Path | None = None, jobs: int | None = None) -> Settings:
    """The store is `.flower/flower.db` beside the nearest `flow.toml` at or above `cwd`, else in `cwd`.

    `db`, or else the variable FLOWER_DB, names another file. `jobs` defaults to the number of CPUs.
    """
    here = (cwd or Path.cwd()).absolute()
    project = find_folder(here)
    named = db or os.environ.get("FLOWER_DB")
    path = here / Path(named).expanduser() if named else (project or here) / ".flower" / "flower.db"
    if jobs is not None and jobs < 1:
        raise FlowerError(f"--jobs {jobs} would run nothing", "give a number of at least 1")
    return Settings(
        Path(os.path.abspath(path)),
        project,
        jobs or os.cpu_count() or 1,
        machine_zone(),
    )


def machine_zone() -> str:
    """The IANA name of the machine's time zone; UTC if it has none."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named and _is_zone(named):
        return named
    target = os.path.realpath("/etc/localtime")
    name = target.partition("zoneinfo/")[2]
    return name if name and _is_zone(name) else "UTC"


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        return False
    return True
