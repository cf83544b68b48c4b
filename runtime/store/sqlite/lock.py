"""The engine lock: one writing process a store, chosen by a lock that the kernel releases at death."""

from __future__ import annotations

import fcntl
import os

from runtime.model.errors import StoreProblem
from runtime.store.sqlite.files import StoreFiles


class EngineLock:
    """Held from `acquire` until `release` or the death of the process; children never inherit it."""

    def __init__(self, files: StoreFiles) -> None:
        self._path = files.lock
        self._fd: int | None = None

    def acquire(self, *, wait: bool = False) -> bool:
        """Take the lock if nobody holds it; whether it is ours now. `wait`: until whoever holds it lets go or dies."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreProblem(f"the lock file {self._path} cannot be opened: {error.strerror}") from None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
