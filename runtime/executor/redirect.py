"""`print` inside a component goes to its attempt's log, whatever other threads and coroutines print meanwhile."""

from __future__ import annotations

import os
import sys
import threading
from contextvars import ContextVar
from typing import Any, Final, TextIO

from runtime.executor.log import open_log


class LazyLog:
    """A log that is made with the first text. `write` and `flush` are those of a text file."""

    def __init__(self, folder: os.PathLike[str]) -> None:
        self._folder = folder
        self._fd: int | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def path(self) -> str:
        return os.path.join(self._folder, "log")

    def write(self, text: str) -> int:
        """Append. What comes after `close`, from a thread that was given up, is dropped, and so is what the disk
        does not take: a component does not fail for its prints."""
        content = text.encode(errors="backslashreplace")
        with self._lock:
            if self._closed or not content:
                return len(text)
            try:
                if self._fd is None:
                    os.makedirs(self._folder, mode=0o700, exist_ok=True)
                    self._fd = open_log(self.path)
                os.write(self._fd, content)
            except OSError:
                return len(text)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> bool:
        """Whether anything was written."""
        with self._lock:
            self._closed = True
            if self._fd is None:
                return False
            os.close(self._fd)
            return True


def divert(log: LazyLog | None) -> None:
    """Send what this thread or coroutine prints to the log; None: back to where it went before."""
    _diverted.set(log)
    if log is not None and not (type(sys.stdout) is _Stream and type(sys.stderr) is _Stream):
        _install()


def _install() -> None:
    with _installing:
        if type(sys.stdout) is not _Stream:
            sys.stdout = _Stream(sys.stdout)
        if type(sys.stderr) is not _Stream:
            sys.stderr = _Stream(sys.stderr)


def restore() -> None:
    """Put the streams of the program back."""
    with _installing:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if type(stream) is _Stream:
                setattr(sys, name, stream._original)


_installing: Final = threading.Lock()


_diverted: Final[ContextVar[LazyLog | None]] = ContextVar("flower_log", default=None)


class _Stream:
    """Stands for `sys.stdout` or `sys.stderr`: writes to the log of the thread or coroutine, if it has one."""

    def __init__(self, original: TextIO) -> None:
        self._original = original

    def write(self, text: str) -> int:
        log = _diverted.get()
        return self._original.write(text) if log is None else log.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if _diverted.get() is None:
            self._original.flush()

    def isatty(self) -> bool:
        return _diverted.get() is None and self._original.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)
