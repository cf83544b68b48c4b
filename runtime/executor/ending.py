"""Ending a script: SIGTERM to its group, a grace, SIGKILL, and the same for what escaped into another session."""

from __future__ import annotations

import os
import signal
import time
from typing import Final

from runtime.executor.command import OUT_VARIABLE
from runtime.executor.folder import AttemptFolder
from runtime.executor.process import Process, with_variable

_STEP_SECONDS: Final = 0.05
_KILL_SECONDS: Final = 5.0


def end(process: Process, folder: AttemptFolder, grace_seconds: float) -> int | None:
    """End all processes of a script, wherever they went. Its exit code as far as the gate's end tells it; see `reap`.

    Takes up to `grace_seconds`, and returns with nothing of it alive, save what the kernel cannot kill.
    """
    until = time.monotonic() + grace_seconds
    process.signal_group(signal.SIGTERM)
    _signal(_escaped(folder), signal.SIGTERM)
    if process.wait(grace_seconds):
        code = process.reap()
        _await_rest(process, folder, until)
    else:
        process.signal_group(signal.SIGKILL)
        process.wait(_KILL_SECONDS)
        code = process.reap()
    _kill_rest(process, folder)
    return code


def kill_escaped(folder: AttemptFolder) -> None:
    """Of a script whose ending an engine had begun before it died."""
    _signal(_escaped(folder), signal.SIGKILL)


def sweep(process: Process, grace_seconds: float) -> int | None:
    """After a script's own end: end what it left in its group, and reap it. What made a session of its own stays."""
    process.signal_group(signal.SIGTERM)
    code = process.reap()
    if not _group_ends(process, grace_seconds):
        process.signal_group(signal.SIGKILL)
        _group_ends(process, _KILL_SECONDS)
    return code


def _group_ends(process: Process, seconds: float) -> bool:
    """Whether nothing of the group is alive, after at most so long."""
    until = time.monotonic() + seconds
    while process.group_left():
        if time.monotonic() >= until:
            return False
        time.sleep(_STEP_SECONDS)
    return True


def _await_rest(process: Process, folder: AttemptFolder, until: float) -> None:
    while (process.group_left() or _escaped(folder)) and time.monotonic() < until:
        time.sleep(_STEP_SECONDS)


def _kill_rest(process: Process, folder: AttemptFolder) -> None:
    """Kill until a look finds nothing: a process may fork between the look and the signal."""
    until = time.monotonic() + _KILL_SECONDS
    while time.monotonic() < until:
        if process.group_left():
            process.signal_group(signal.SIGKILL)
        escaped = _escaped(folder)
        if not escaped and not process.group_left():
            return
        _signal(escaped, signal.SIGKILL)
        time.sleep(_STEP_SECONDS / 10)


def _escaped(folder: AttemptFolder) -> list[int]:
    return with_variable(OUT_VARIABLE, folder.out)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue
