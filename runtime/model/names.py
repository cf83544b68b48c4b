"""Finding what a person named: exactly, by a unique ending, or with the nearest names as help."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from runtime.model.errors import NotFound


def find_path(name: str, paths: Sequence[str], where: str = "the run") -> str:
    """The path of a task: the whole path, or an ending of it that only one has (`copy` for `ingest/copy`).

    `where`: what has these tasks, for the message.
    """
    wanted = name.replace(".", "/")
    for candidate in (name, wanted):
        if candidate in paths:
            return candidate
    endings = [path for path in paths if path.endswith(f"/{wanted}")]
    if len(endings) == 1:
        return endings[0]
    if endings:
        raise NotFound(
            f"`{name}` could be any of {len(endings)} tasks",
            f"say which: {', '.join(endings[:5])}",
        )
    close = difflib.get_close_matches(wanted, paths, n=1) or [
        path for path in paths if difflib.get_close_matches(wanted, [path.rpartition("/")[2]])
    ]
    raise NotFound(
        f"{where} has no task `{name}`",
        f"did you mean `{close[0]}`?" if close else f"its tasks: {', '.join(paths[:8])}",
    )


def nearest(name: str, known: Sequence[str]) -> str | None:
    """`did you mean …?` for a name that is near enough to a known one; None if none is."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{close[0]}`?" if close else None
