"""The `.flow` files that a path on the command line names."""

from __future__ import annotations

import os
from pathlib import Path

from flowc.diagnostics import Diagnostic, Sink, codes


def flow_files(path: Path, sink: Sink) -> list[Path]:
    """The file itself, or all `.flow` files in the folder and below, but for hidden ones; none there is reported."""
    if not path.is_dir():
        return [path]
    files = sorted(_below(path))
    if not files:
        message = f"there is no .flow file in the folder `{path}`"
        sink.report(Diagnostic(codes.FILE_IS_FOLDER, "error", message, help="name a .flow file", file=str(path)))
    return files


def _below(folder: Path) -> list[Path]:
    """What cannot be listed, or goes away meanwhile, is passed over; links to folders are not followed."""
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = (Path(where, name) for name in names if name.endswith(".flow") and not name.startswith("."))
        found += [file for file in files if file.is_file()]
    return found
