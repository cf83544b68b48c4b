"""The components of this project: typed functions that its flows call as `steps.NAME`."""

from pathlib import Path
from typing import TypedDict

from runtime.component import Context, component


class Kind(TypedDict):
    """Files with one ending, and how large they are together."""

    name: str
    files: int
    bytes: int


class Measured(TypedDict):
    """All kinds, the largest first, and how many files there are."""

    kinds: list[Kind]
    files: int


class Largest(TypedDict):
    line: str


@component(idempotent=True)
def measure(folder: Path, context: Context) -> Measured:
    """Count the files of a folder by their endings. Hidden ones are left out."""
    sums: dict[str, Kind] = {}
    for file in files_of(folder):
        kind = sums.setdefault(ending(file), Kind(name=ending(file), files=0, bytes=0))
        kind["files"] += 1
        kind["bytes"] += file.stat().st_size
    context.log(f"{len(sums)} kinds of files in {folder}")
    kinds = sorted(sums.values(), key=lambda kind: kind["bytes"], reverse=True)
    return {"kinds": kinds, "files": sum(kind["files"] for kind in kinds)}


@component(idempotent=True)
def largest(folder: Path, kind: str) -> Largest:
    """Find the largest file of a kind."""
    file = max((file for file in files_of(folder) if ending(file) == kind), key=lambda file: file.stat().st_size)
    return {"line": f"{kind}: {file.relative_to(folder)}, {file.stat().st_size} bytes"}


def files_of(folder: Path) -> list[Path]:
    """All files below a folder, except hidden ones and what Python makes of its own."""
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return [file for file in found if not any(hidden(part) for part in file.relative_to(folder).parts)]


def hidden(part: str) -> bool:
    return part.startswith(".") or part == "__pycache__"


def ending(file: Path) -> str:
    """`csv` for `sales.csv`."""
    return file.suffix.lstrip(".").lower() or "none"
