"""The log of an attempt: one private file that the script itself writes; too long ones keep their head and tail."""

from __future__ import annotations

import os
from typing import BinaryIO, Final

_KEEP_SIZE_PUNCH_HOLE: Final = 0x01 | 0x02
_BLOCK: Final = 4096
_LINE_BYTES: Final = 4096

DEFAULT_CAP_BYTES: Final = 16_000_000


def open_log(path: str) -> int:
    """A descriptor for appending; the file is 0600. OSError if it cannot be made."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def relieve(path: str, cap_bytes: int) -> None:
    """Give back the disk space of the middle of a log that has outgrown its cap, while it is being written.

    Its length stays: the hole reads as NUL bytes. Where holes cannot be made nothing happens.
    """
    try:
        size = os.stat(path).st_size
        if size <= 2 * cap_bytes:
            return
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    try:
        start = -(-(cap_bytes // 2 + _LINE_BYTES) // _BLOCK) * _BLOCK
        end = (size - cap_bytes // 2 - _LINE_BYTES) // _BLOCK * _BLOCK
        if end > start:
            _punch(fd, start, end - start)
    finally:
        os.close(fd)


def cut(path: str, cap_bytes: int) -> None:
    """At the end: replace a log longer than its cap by its head, a line that says what is missing, and its tail."""
    try:
        size = os.stat(path).st_size
        if size <= cap_bytes:
            return
        with open(path, "rb") as file:
            head, tail = _head_and_tail(file.read(cap_bytes // 2), _read_end(file, cap_bytes // 2))
        missing = size - len(head) - len(tail)
        note = f"\n[{size_text(missing)} left out here: a log keeps its first and last {size_text(cap_bytes // 2)}]\n"
        fd = os.open(f"{path}.cut", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as copy:
            copy.write(head + note.encode() + tail)
        os.replace(f"{path}.cut", path)
    except OSError:
        # A full disk: the long log is better than none.
        return


def size_text(size: int) -> str:
    """`94.3 MB`; one decimal, decimal units."""
    amount, units = float(size), ["B", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:.1f} {units[0]}" if units[0] != "B" else f"{size} B"


def tail_lines(path: str, limit_bytes: int = 8192) -> list[str]:
    """The last lines of a log; empty if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return _read_end(file, limit_bytes).decode(errors="replace").splitlines()
    except OSError:
        return []


def _read_end(file: BinaryIO, size: int) -> bytes:
    length = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, max(0, length - size))


def _head_and_tail(head: bytes, tail: bytes) -> tuple[bytes, bytes]:
    """Both cut at a line's border, if one is near."""
    last = head.rfind(b"\n", len(head) - _LINE_BYTES)
    first = tail.find(b"\n", 0, _LINE_BYTES)
    return head[:last] if last > 0 else head, tail[first + 1 :] if first >= 0 else tail


def _punch(fd: int, start: int, length: int) -> bool:
    import ctypes  # Costs milliseconds, and few logs are that long.

    try:
        fallocate = ctypes.CDLL(None, use_errno=True).fallocate
    except (AttributeError, OSError):
        return False
    fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return bool(fallocate(fd, _KEEP_SIZE_PUNCH_HOLE, start, length) == 0)
