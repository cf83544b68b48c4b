"""A disk that loses power: what SQLite writes to it is kept for certain only once it has been synced.

`Disk` is a VFS of apsw under which a real SQLite works. It keeps every write and every sync in order, so that the
files can be made as they may be found after a cut at any of them: what had not been synced is there, is lost, or is
there in part, sector by sector and each write for itself.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import apsw

SECTOR: Final = 512
_NAMES: Final = count(1)


@dataclass(frozen=True, slots=True)
class Write:
    """`data` at `offset`; or with `data` None the file is cut to a length of `offset`."""

    file: str
    offset: int
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Sync:
    file: str


@dataclass(frozen=True, slots=True)
class Delete:
    file: str


class Disk(apsw.VFS):
    """What is under one database."""

    def __init__(self) -> None:
        self.name = f"power{next(_NAMES)}"
        self.log: list[Write | Sync | Delete] = []
        super().__init__(self.name, "")

    def xOpen(self, name: Any, flags: Any) -> _File:
        return _File(self, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        self.log.append(Delete(Path(name).name))
        super().xDelete(name, sync)

    def cut(self, at: int, folder: Path, chance: random.Random) -> None:
        """Make the files in `folder` as they may be found if the power fails before step `at` of the log."""
        kept: dict[str, bytearray] = {}
        loose: dict[str, list[Write]] = {}
        for step in self.log[:at]:
            if isinstance(step, Write):
                loose.setdefault(step.file, []).append(step)
                kept.setdefault(step.file, bytearray())
            elif isinstance(step, Delete):
                kept.pop(step.file, None)
                loose.pop(step.file, None)
            else:
                _apply(kept.setdefault(step.file, bytearray()), loose.pop(step.file, []))
        for file, writes in loose.items():
            _apply(kept[file], [part for write in writes for part in _survivors(write, chance)])
        for file, data in kept.items():
            (folder / file).write_bytes(data)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: Any) -> None:
        self._disk = disk
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._file = Path(path).name if path else ""
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._file:
            self._disk.log.append(Write(self._file, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        if self._file:
            self._disk.log.append(Write(self._file, size, None))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        if self._file:
            self._disk.log.append(Sync(self._file))
        super().xSync(flags)


def _survivors(write: Write, chance: random.Random) -> list[Write]:
    """What is left of a write that was not synced."""
    fate = chance.random()
    if write.data is None or fate < 0.4:
        return [write] if fate < 0.4 else []
    if fate < 0.7:
        return []
    sectors = range(0, len(write.data), SECTOR)
    return [
        Write(write.file, write.offset + at, write.data[at : at + SECTOR]) for at in sectors if chance.random() < 0.5
    ]


def _apply(content: bytearray, writes: Iterable[Write]) -> None:
    for write in writes:
        if write.data is None:
            del content[write.offset :]
            continue
        end = write.offset + len(write.data)
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        content[write.offset : end] = write.data


class Recording(sqlite3.Connection):
    """Keeps what a store asks of SQLite, to be done again on another disk."""

    statements: list[tuple[str, list[Sequence[Any]] | None]] = []

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        Recording.statements.append((sql, [parameters]))
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        rows = list(parameters)
        Recording.statements.append((sql, rows))
        return super().executemany(sql, rows)


def plain(parameters: Any) -> tuple[Any, ...]:
    """Members of enums as what they are stored as."""
    return tuple(
        int(each) if isinstance(each, int) else str(each) if isinstance(each, str) else each for each in parameters
    )
