"""Files below a folder that a pattern names: `inbox/*.csv`, `inbox/**/*.csv`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

MOST_FILES: Final = 100_000


def matching(folder: Path, pattern: str) -> Iterator[tuple[str, os.stat_result]]:
    """Paths relative to the folder, with what is known of the files; at most `MOST_FILES`.

    `*`, `?` and `[…]` match within a name, `**` any number of folders. Names that begin with a point are matched only
    by a part of the pattern that does, links to folders are not followed by `**`. What cannot be read is left out.
    """
    for count, found in enumerate(_below(folder, "", pattern.split("/"))):
        if count >= MOST_FILES:
            return
        yield found


def _below(folder: Path, path: str, parts: Sequence[str]) -> Iterator[tuple[str, os.stat_result]]:
    first, *rest = parts
    if first == "**":
        yield from _below(folder, path, rest)
    for entry in _entries(folder / path):
        name = f"{path}/{entry.name}" if path else entry.name
        if first == "**":
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                yield from _below(folder, name, parts)
        elif not _matches(entry.name, first):
            continue
        elif rest:
            if entry.is_dir():
                yield from _below(folder, name, rest)
        elif (known := _file(entry)) is not None:
            yield name, known


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _matches(name: str, part: str) -> bool:
    return fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))


def _file(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat() if entry.is_file() else None
    except OSError:
        return None
