"""What `flowc fmt` does to files, and what it tells of it."""

from __future__ import annotations

import difflib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from flowc.cli.flow_files import flow_files
from flowc.cli.paint import message, painted
from flowc.cli.replacing import replace_file
from flowc.diagnostics import Diagnostic, Sink
from flowc.diagnostics.data import unreadable
from flowc.format.formatter import Formatted, NotTheSame, formatted
from flowc.source import Source, Unreadable, decode, read
from runtime.model.errors import FlowerError
from runtime.model.slotted import dataclass

_OTHERWISE: Final = 1
_USAGE: Final = 2
_DEFECT: Final = 70
_STYLES: Final = {"+": "added", "-": "removed", "@": "faint"}


@dataclass(frozen=True, slots=True)
class _Change:
    """A file, or standard input, with its text in the one spelling, and whether that is another one than it has."""

    source: Source
    result: Formatted
    differs: bool


def format_files(paths: Sequence[Path], *, check: bool, diff: bool) -> int:
    """Formats files and the `.flow` files in folders; with `check` or `diff` only tells. The exit code."""
    sink, codes, count = Sink(), [0], Counter[str]()
    for file in dict.fromkeys(file for path in paths for file in flow_files(path, sink)):
        try:
            change = _change_of(file)
        except Unreadable as problem:
            sink.report(unreadable(str(file), problem))
            continue
        except NotTheSame as problem:
            codes.append(_tell_defect(problem))
            continue
        _tell_mistakes(change)
        count["changed" if change.differs else "left alone" if change.result.left_alone else "same"] += 1
        if change.differs:
            _act(file, change, check=check, diff=diff)
    codes.append(_tell_problems(sink.diagnostics()))
    if not diff:
        _tell_counts(count, check=check)
    return max(*codes, _OTHERWISE if check and count["changed"] else 0)


def format_stream(paths: Sequence[Path], *, check: bool, diff: bool) -> int:
    """Formats standard input to standard output; with `check` or `diff` only tells. The exit code."""
    if len(paths) > 1:
        raise FlowerError("- stands for standard input and goes with no other file", "name files, or - alone")
    data = sys.stdin.buffer.read()
    try:
        source = Source("standard input", decode("standard input", data))
    except Unreadable as problem:
        return _tell_problems([unreadable("standard input", problem)])
    try:
        result = formatted(source)
    except NotTheSame as problem:
        return _tell_defect(problem)
    differs = not result.left_alone and result.text.encode() != data
    change = _Change(source, result, differs)
    _tell_mistakes(change)
    if diff and differs:
        _show(change)
    elif not (check or diff):
        sys.stdout.buffer.write(data if result.left_alone else result.text.encode())
    return _OTHERWISE if check and differs else 0


def _change_of(file: Path) -> _Change:
    source = read(file)
    result = formatted(source)
    differs = not result.left_alone and file.read_bytes() != result.text.encode()
    return _Change(source, result, differs)


def _act(file: Path, change: _Change, *, check: bool, diff: bool) -> None:
    if diff:
        _show(change)
    elif check:
        print(f"{file}: not formatted")
    else:
        replace_file(file, change.result.text.encode())
        print(f"{file}: formatted")


def _show(change: _Change) -> None:
    for line in painted(_difference(change), sys.stdout):
        print(line)


def _difference(change: _Change) -> Iterator[tuple[str, str]]:
    before, after = change.source.text.splitlines(), change.result.text.splitlines()
    path = change.source.path
    lines = list(difflib.unified_diff(before, after, path, f"{path} (formatted)", lineterm=""))
    for place, line in enumerate(lines):
        yield line, "name" if place < 2 else _STYLES.get(line[:1], "")
    if not lines:
        yield f"{path}: only its line ends, or the mark at its start, are not those of the one spelling", ""


def _tell_mistakes(change: _Change) -> None:
    mistakes, path = change.result.mistakes, change.source.path
    if not mistakes:
        return
    count = f"{mistakes} mistake{'s' if mistakes > 1 else ''}"
    what = "it stays as it is" if change.result.left_alone else "what was not understood stays as it is"
    print(f"{path}: has {count}, {what}; `flowc check` tells more", file=sys.stderr)


def _tell_defect(problem: NotTheSame) -> int:
    print(
        message(f"internal error: {problem}; nothing was written", "this is a defect of flowc, please report the file"),
        file=sys.stderr,
    )
    return _DEFECT


def _tell_problems(problems: Sequence[Diagnostic]) -> int:
    from flowc.diagnostics.render import render

    for found in problems:
        print(render(found), file=sys.stderr)
    return _USAGE if problems else 0


def _tell_counts(count: Counter[str], *, check: bool) -> None:
    if count["changed"] and check:
        print(f"{_files(count['changed'])} would change; flowc fmt writes the one spelling", file=sys.stderr)
    elif not count["changed"] and count["same"]:
        print(f"{_files(count['same'])} unchanged")


def _files(count: int) -> str:
    return f"{count} file{'s' if count != 1 else ''}"
