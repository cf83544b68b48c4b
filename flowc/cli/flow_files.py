"""The `.flow` files that a path on the command line names."""

from __future__ import annotations

from pathlib import Path

from flowc.diagnostics import Diagnostic, Sink, codes


def flow_files(path: Path, sink: Sink) -> list[Path]:
    """The file itself, or all `.flow` files in the folder and below, but for hidden ones; none there is reported."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*.flow") if _is_visible(file.relative_to(path)) and file.is_file())
    if not files:
        message = f"there is no .flow file in the folder `{path}`"
        sink.report(Diagnostic(codes.FILE_IS_FOLDER, "error", message, help="name a .flow file", file=str(path)))
    return files


def _is_visible(path: Path) -> bool:
    return not any(part.startswith(".") for part in path.parts)
