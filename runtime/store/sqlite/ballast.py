"""A file that only takes room, so that there is some to give up when the disk is full: then even a DELETE fails.

It lies beside the database, whole and written to the disk's books beforehand. What it frees is meant for the ends of
what is under way; nothing new is started until it could be laid again.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

_MOST_BYTES: Final = 4 * 2**20
_LEAST_BYTES: Final = 2**16
_SHARE: Final = 8
"""It takes at most one part in so many of what is free."""


class Ballast:
    """The ballast of one store; `path` is the file's place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._given_up = 0

    def lay(self) -> bool:
        """Have the file there; False if there is too little room for it, or it cannot be made. After it was given up
        there must be room for it twice."""
        try:
            if self._path.exists():
                return True
            free = _free(self._path.parent)
            size = self._given_up or min(_MOST_BYTES, free // _SHARE)
            return size >= _LEAST_BYTES and free >= 2 * size and self._make(size)
        except OSError:
            return False

    def give_up(self) -> bool:
        """Remove the file; whether there was one."""
        try:
            size = self._path.stat().st_size
            self._path.unlink()
        except OSError:
            return False
        self._given_up = size
        return True

    def _make(self, size: int) -> bool:
        fd = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(fd, 0, size)
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink()
            raise
        finally:
            os.close(fd)
        return True


def _free(folder: Path) -> int:
    """Bytes that this user may still write."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize
