"""Bells: how whoever works on a store hears that there may be something to do, and tells others that there was.

A bell carries no message and may be lost: what counts is in the store, and a poll is always behind it. `DatagramBell`
joins processes of one machine; bells of other kinds, such as a queue, are found by the entry points `flower.bells`.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

ENTRY_POINTS: Final = "flower.bells"
"""The group in which packages offer bells: each a function that takes the path of a store and gives a bell, or None if
that store has none."""


class Bell(Protocol):
    """One way of waking. All methods may be called from several threads at once."""

    def ring(self) -> None:
        """Something was committed. Called after the commit, at most fifty times a second; quick, and without waiting
        for anybody."""

    def wait(self, seconds: float) -> bool:
        """Whether somebody else has rung; returns soon after that, else after about so many seconds."""

    def close(self) -> None:
        """Let go of everything; `wait` returns."""


class DatagramBell:
    """Hears datagrams to a private unix socket. Whoever may write the store may ring it: see `ring_at`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(path))
        finally:
            os.umask(before)

    def ring(self) -> None:
        """Nobody is to be told: clients hear commits over their connections."""

    def wait(self, seconds: float) -> bool:
        try:
            self._socket.settimeout(seconds)
            self._socket.recv(1)
            self._drain()
        except OSError:
            return False
        return True

    def _drain(self) -> None:
        """Many rings are one."""
        self._socket.setblocking(False)
        with contextlib.suppress(OSError):
            while True:
                self._socket.recv(1)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def ring_at(path: Path) -> bool:
    """Ring the bell of whoever works; whether anybody has one there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as rope:
        rope.setblocking(False)
        try:
            rope.sendto(b"\0", str(path))
        except BlockingIOError:  # it has been rung often enough
            return True
        except OSError:
            return False
    return True


def offered() -> Iterator[tuple[str, Callable[[Path], Bell | None]]]:
    """Bells of installed packages, by name; those that cannot be loaded raise when they are called."""
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda each: each.name):
        yield point.name, lambda db, point=point: point.load()(db)  # type: ignore[misc]
