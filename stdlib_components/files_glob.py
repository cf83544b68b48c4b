"""`files.glob`: finds files by a pattern."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated, Final, TypedDict

from runtime.component import Context, Failed, component

_MAX_FILES: Final = 100_000


class Found(TypedDict):
    files: list[Path]
    count: int


@component(name="files.glob", idempotent=True)
def glob(
    pattern: Annotated[str, "Such as `data/*.csv`; `**` stands for any folders."],
    context: Context,
    within: Annotated[Path | None, "The folder to look in, instead of the project's."] = None,
    at_least: Annotated[int, "Fewer files fail the task."] = 0,
) -> Found:
    """Find the files that fit the pattern, sorted by name. Hidden ones count only if the pattern names them.

    Without `within` the paths are relative to the project's folder, as paths in flows are.
    """
    folder = context.project if within is None else within
    if not folder.is_dir():
        raise Failed(f"there is no folder {folder}")
    found = sorted(path.relative_to(folder) for path in _matches(folder, pattern))
    if len(found) < at_least:
        raise Failed(f"{len(found)} files in {folder} fit `{pattern}`, but at least {at_least} are needed")
    return {"files": found if within is None else [folder / path for path in found], "count": len(found)}


def _matches(folder: Path, pattern: str) -> list[Path]:
    parts = Path(pattern).parts
    if not parts or Path(pattern).is_absolute() or ".." in parts:
        raise Failed(f"`{pattern}` leaves the folder; give another folder by `within`")
    try:
        found = list(islice((path for path in folder.glob(pattern) if path.is_file()), _MAX_FILES + 1))
    except ValueError as problem:
        raise Failed(f"`{pattern}` cannot be used: {problem}") from None
    if len(found) > _MAX_FILES:
        raise Failed(f"more than {_MAX_FILES:,} files in {folder} fit `{pattern}`")
    named = any(part.startswith(".") for part in parts)
    return [path for path in found if named or not _is_hidden(path.relative_to(folder))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
