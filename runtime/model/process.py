"""Naming a process beyond doubt: its pid, its start time and the boot it lives in. Linux; elsewhere pids alone."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path
from typing import NamedTuple


class ProcessName(NamedTuple):
    """`start_ticks`: clock ticks since boot, 0 where the system does not tell."""

    pid: int
    start_ticks: int
    boot_id: str


@cache
def boot_id() -> str:
    """The kernel's id of this boot; empty where there is none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None if there is no such process."""
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        stat = os.read(fd, 4096)
    except ProcessLookupError:
        return None
    finally:
        os.close(fd)
    return int(stat.rpartition(b")")[2].split()[19])


def this_process() -> ProcessName:
    return ProcessName(os.getpid(), start_ticks(os.getpid()) or 0, boot_id())


def host_name() -> str:
    return socket.gethostname()
