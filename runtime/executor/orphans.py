"""Finding and ending what component processes left: every process they start carries their name in its environment.

The name says who owns the process, so that one whose owner has died is found by whoever comes next.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from typing import Final

from runtime.executor.process import pids, with_variable
from runtime.model.process import start_ticks, this_process

OWNER_VARIABLE: Final = "FLOWER_COMPONENT_OWNER"
_KILL_SECONDS: Final = 5.0
_STEP_SECONDS: Final = 0.01


def owner_name() -> str:
    """A name for a new process of ours: our pid and start time, and something that no other process has."""
    me = this_process()
    return f"{me.pid}:{me.start_ticks}:{uuid.uuid4().hex}"


def kill_owned(name: str) -> None:
    """Kill all processes with this name, until a look finds none: one may fork between the look and the signal."""
    until = time.monotonic() + _KILL_SECONDS
    while found := with_variable(OWNER_VARIABLE, name):
        _kill(found)
        if time.monotonic() >= until:
            return
        time.sleep(_STEP_SECONDS)


def kill_orphans() -> int:
    """Kill what belongs to processes that are dead; how many names were found. Nobody else can want them."""
    names = {name for name in _names() if not _owner_lives(name)}
    for name in names:
        kill_owned(name)
    return len(names)


def _names() -> Iterator[str]:
    start = b"\0" + OWNER_VARIABLE.encode() + b"="
    for pid in pids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                _, found, rest = (b"\0" + file.read()).partition(start)
        except OSError:
            continue
        if found:
            yield rest.partition(b"\0")[0].decode(errors="replace")


def _owner_lives(name: str) -> bool:
    """Whether the process that made the name is there; of a name that is not ours, yes."""
    pid, _, rest = name.partition(":")
    ticks = rest.partition(":")[0]
    if not (pid.isdigit() and ticks.isdigit()):
        return True
    return start_ticks(int(pid)) == int(ticks)


def _kill(pids_found: list[int]) -> None:
    for pid in pids_found:
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
