"""`flowc check` behind its words: compile, mend if that is asked for, tell what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flowc.cli.compilation import compile_paths
from flowc.cli.telling import FOR_MACHINES, Format, tell_problems, tell_success


def check_files(files: Sequence[Path], format: Format = Format.full, *, fix: bool = False, diff: bool = False) -> int:
    """Checks files and folders and tells what is wrong. The exit code: 0, or 2 if there are errors."""
    compilation = compile_paths(files, hints=True)
    if fix or diff:
        from flowc.cli.mending import mend, show_difference, tell_mended, write_all

        mended = mend(files, compilation)
        if diff:
            show_difference(mended)
            tell_mended(mended, written=False)
            return 0 if mended.compilation.good else 2
        write_all(mended)
        tell_mended(mended, written=True)
        compilation = mended.compilation
    tell_problems(compilation, format)
    if compilation.good and format not in FOR_MACHINES:
        tell_success(compilation)
    return 0 if compilation.good else 2
