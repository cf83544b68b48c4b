"""`files.copy`: copies one file."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path
from typing import Annotated, TypedDict

from runtime.component import Failed, Size, component
from stdlib_components.written_file import written_file


class Copied(TypedDict):
    file: Path
    size: Size


@component(name="files.copy", idempotent=True)
def copy(
    source: Annotated[Path, "The file to copy."],
    to: Annotated[Path, "Its copy, or a folder that takes the copy under the same name."],
    overwrite: Annotated[bool, "Whether another file may be replaced."] = True,
) -> Copied:
    """Copy a file. The copy appears only when it is complete; missing folders are made."""
    if source.is_dir():
        raise Failed(f"{source} is a folder; `files.copy` copies one file")
    if not source.exists():
        raise Failed(f"there is no file {source}")
    target = to / source.name if to.is_dir() else to
    if not _is_copied(source, target):
        if target.exists() and not overwrite:
            raise Failed(f"{target} exists and differs; say `overwrite: true` to replace it")
        _copy(source, target)
    return {"file": target, "size": Size(target.stat().st_size)}


def _is_copied(source: Path, target: Path) -> bool:
    """Whether the copy is there already, from an earlier attempt perhaps."""
    return target.is_file() and (source.samefile(target) or filecmp.cmp(source, target, shallow=False))


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as original, written_file(target) as file:
        shutil.copyfileobj(original, file, 1024 * 1024)
    shutil.copystat(source, target)
