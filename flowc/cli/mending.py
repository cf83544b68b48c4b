"""`flowc check --fix`: what of the problems of files can be mended without asking, and what is left then."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from flowc.cli.compilation import Compilation, compile_paths
from flowc.cli.paint import painted
from flowc.cli.replacing import replace_file
from flowc.diagnostics.fixes import Overlap, applied, certain_fixes
from runtime.model.errors import FlowerError
from runtime.model.slotted import dataclass, field

_MOST_ROUNDS: Final = 10
_STYLES: Final = {"+": "added", "-": "removed", "@": "faint"}
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Mended:
    """`texts`: the files that change, by their paths as shown, with their new texts. `before`: as they were.
    `counts`: how many problems went away in each. `left`: files whose fixes touch one another. `compilation`: of the
    new texts.
    """

    compilation: Compilation
    texts: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


def mend(paths: Sequence[Path], compiled: Compilation) -> Mended:
    """Applies fixes to texts, over and over while there are any, and writes nothing."""
    mended = Mended(compiled)
    for _ in range(_MOST_ROUNDS):
        if not _round(mended, paths):
            break
    return mended


def _round(mended: Mended, paths: Sequence[Path]) -> bool:
    """One round of fixes; whether there were any."""
    given = {path for path, _ in mended.compilation.files}
    moved = False
    for source, fixes in certain_fixes(mended.compilation.diagnostics).items():
        if source.path not in given or source.path in mended.left:
            continue
        try:
            text = applied(source.text, fixes)
        except Overlap:
            mended.left.add(source.path)
            continue
        if text != source.text:
            moved = True
            mended.before.setdefault(source.path, source.text)
            mended.texts[source.path] = text
            mended.counts[source.path] = mended.counts.get(source.path, 0) + len(fixes)
    if moved:
        mended.compilation = compile_paths(paths, hints=True, texts=mended.texts)
    return moved


def write_all(mended: Mended) -> None:
    """Writes the new texts in place of the files, each all or nothing, their line ends as they were."""
    for path, data in [(path, _bytes(Path(path), text)) for path, text in mended.texts.items()]:
        replace_file(Path(path), data)


def _bytes(file: Path, text: str) -> bytes:
    was = file.read_bytes()
    if b"\r" in was:
        if was.count(b"\r") != was.count(b"\r\n") or was.count(b"\n") != was.count(b"\r\n"):
            raise FlowerError(f"{file} has line ends of two kinds", f"flowc fmt {file} makes them one")
        text = text.replace("\n", "\r\n")
    return (_MARK if was.startswith(_MARK) else b"") + text.encode()


def tell_mended(mended: Mended, written: bool) -> None:
    """A line a file on stderr."""
    for path, count in mended.counts.items():
        what = f"{count} fix{'es' if count != 1 else ''}"
        print(f"{path}: {what} {'applied' if written else 'possible'}", file=sys.stderr)
    for path in sorted(mended.left):
        print(f"{path}: its fixes touch one another, so it stays as it is", file=sys.stderr)


def show_difference(mended: Mended) -> None:
    """What would change, as a unified diff on stdout."""
    for path, text in mended.texts.items():
        for line in painted(_difference(path, mended.before[path], text), sys.stdout):
            print(line)


def _difference(path: str, before: str, after: str) -> Iterator[tuple[str, str]]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, f"{path} (fixed)", lineterm="")
    for place, line in enumerate(lines):
        yield line, "name" if place < 2 else _STYLES.get(line[:1], "")
