"""Settings of the runner: where the store is, how much runs at once, how it is woken."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

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


@dataclass(frozen=True, slots=True)
class Wakeup:
    """How an engine learns what others have committed: `event`, woken by bells, or `poll`. In both it looks every
    `poll_seconds` by itself."""

    mode: Literal["event", "poll"] = "event"
    poll_seconds: float = 1.0


BY_EVENT: Final = Wakeup()


def find_wakeup(project: Path | None, poll: str | None = None) -> Wakeup:
    """`poll`, a duration, says to poll that often; else FLOWER_WAKEUP and FLOWER_POLL count, else `wakeup` and `poll`
    of [runner] in the project's flow.toml. FlowerError if a word has no meaning."""
    from runtime.project import read_project

    written = read_project(project).runner if project is not None else {}
    mode = os.environ.get("FLOWER_WAKEUP") or written.get("wakeup") or "event"
    seconds = poll or os.environ.get("FLOWER_POLL") or written.get("poll")
    if mode not in ("event", "poll"):
        raise FlowerError(f"wakeup = {mode} has no meaning", "write event or poll")
    return Wakeup("poll" if poll else mode, _poll_seconds(seconds) if seconds else 1.0)  # type: ignore[arg-type]


def _poll_seconds(text: str) -> float:
    from runtime.model.values import ValueProblem, parse_duration

    try:
        seconds = parse_duration(text).total_seconds()
    except ValueProblem as problem:
        raise FlowerError(f"the poll {problem}", "write a duration such as 2s or 500ms") from None
    if not 0.01 <= seconds <= 3600:
        raise FlowerError(f"a poll every {text} is too {'often' if seconds < 1 else 'rare'}", "between 10ms and 1h")
    return seconds


def find_gate(project: Path | None) -> bool:
    """Whether scripts wait at the gate: FLOWER_GATE, else `gate` of [runner] in the project's flow.toml, `on` or `off`.
    FlowerError if it is another word."""
    from runtime.project import read_project

    written = read_project(project).runner if project is not None else {}
    word = os.environ.get("FLOWER_GATE") or written.get("gate") or "on"
    if word not in ("on", "off"):
        raise FlowerError(f"gate = {word} has no meaning", "write on or off")
    return word == "on"


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
