"""What a shell asks for while a person types: names of flows, and of the latest runs. Quick, and silent if in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from runtime.model.errors import FlowerError

KINDS: Final = ("flows", "runs")
_MOST_RUNS: Final = 50


def tell_names(kind: str) -> int:
    """Prints the names, one a line; nothing if there is no store that can be read."""
    try:
        names = _names(kind)
    except FlowerError:
        return 0
    print("".join(f"{name}\n" for name in names), end="")
    return 0


def _names(kind: str) -> Sequence[str]:
    from runtime.settings import find_settings
    from runtime.store.sqlite.files import StoreFiles
    from runtime.store.sqlite.reader import Reader

    files = StoreFiles(find_settings(None, Path.cwd(), None).db)
    if not files.db.exists():
        return ()
    reader = Reader(files)
    try:
        if kind == "flows":
            return [flow.name for flow in reader.flows()]
        return [run.ref for run in reader.runs(None, _MOST_RUNS)]
    finally:
        reader.close()
