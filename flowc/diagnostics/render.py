"""A diagnostic as a person reads it: the code as written, a caret under the smallest wrong thing, a second label
where the other half of the story is, one help. Knows layout, and no diagnostic in particular.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from flowc.diagnostics.data import Diagnostic, Label
from flowc.source import Source, Span
from runtime.model.slotted import dataclass

TAB_WIDTH: Final = 4
MAX_WIDTH: Final = 140
_CONTEXT: Final = 50
_RESET: Final = "\x1b[0m"
_STYLES: Final = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "frame": "\x1b[1;34m",
    "bold": "\x1b[1m",
    "help": "\x1b[1;36m",
}


def render(diagnostic: Diagnostic, color: bool = False) -> str:
    """The lines of a diagnostic, without a newline at the end."""
    paint = _Paint(color)
    title = paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    lines = [title + paint("bold", f": {diagnostic.message}")]
    if diagnostic.source and diagnostic.span:
        lines += _excerpt(diagnostic.source, diagnostic.span, diagnostic.label, diagnostic.labels, paint)
    elif diagnostic.path:
        lines.append(f"  {paint('frame', '-->')} {diagnostic.path}")
    lines += [f"{paint('help', 'note')}: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"{paint('help', 'help')}: {diagnostic.help}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic], left_out: int = 0, color: bool = False) -> str:
    """Diagnostics with an empty line between them, and how many more there are."""
    blocks = [render(diagnostic, color) for diagnostic in diagnostics]
    if left_out:
        blocks.append(f"… and {left_out} more")
    return "\n\n".join(blocks) + ("\n" if blocks else "")


def excerpt(source: Source, span: Span, label: str, labels: Sequence[Label] = (), color: bool = False) -> list[str]:
    """The code as written, with a caret under `span`, and other places of the same file or of others."""
    return _excerpt(source, span, label, labels, _Paint(color))


def render_short(diagnostic: Diagnostic) -> str:
    """One line: `etl.flow:3:5: error[F0101]: message`."""
    place = diagnostic.path
    if diagnostic.source and diagnostic.span:
        line, column = diagnostic.source.position(diagnostic.span[0])
        place = f"{place}:{line}:{column}"
    return f"{place}: {diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"


@dataclass(frozen=True, slots=True)
class _Paint:
    color: bool

    def __call__(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self.color and text else text


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stretch of one line to point at. `sign` is `^` for the problem itself, `-` for other places."""

    line: int
    start: int
    end: int
    sign: str
    text: str


def _excerpt(source: Source, span: Span, text: str, labels: Sequence[Label], paint: _Paint) -> list[str]:
    here = [label for label in labels if label.source in (None, source)]
    marks = [_mark(source, span, "^", text)] + [_mark(source, label.span, "-", label.text) for label in here]
    elsewhere = [label for label in labels if label.source not in (None, source)]
    numbers = [mark.line for mark in marks] + [label.source.line(label.span[0]) for label in elsewhere if label.source]
    gutter = len(str(max(numbers)))
    lines = _block(source, span[0], "-->", marks, gutter, paint)
    for label in elsewhere:
        lines += _foreign(label, gutter, paint)
    return lines


def _foreign(label: Label, gutter: int, paint: _Paint) -> list[str]:
    assert label.source is not None
    return _block(label.source, label.span[0], ":::", [_mark(label.source, label.span, "-", label.text)], gutter, paint)


def _block(source: Source, offset: int, arrow: str, marks: list[_Mark], gutter: int, paint: _Paint) -> list[str]:
    line, column = source.position(offset)
    bar = " " * gutter + paint("frame", " |")
    lines = [f"{' ' * gutter}{paint('frame', arrow)} {source.path}:{line}:{column}", bar]
    previous = 0
    for number in sorted({mark.line for mark in marks}):
        if previous and number > previous + 1:
            lines.append(paint("frame", "..."))
        lines += _line(source, number, [mark for mark in marks if mark.line == number], gutter, paint)
        previous = number
    return lines


def _line(source: Source, number: int, marks: list[_Mark], gutter: int, paint: _Paint) -> list[str]:
    text, shift = _window(source.line_text(number), marks)
    bar = " " * gutter + paint("frame", " |")
    lines = [paint("frame", f"{number:>{gutter}} |") + f" {_visible(text)}".rstrip()]
    for mark in sorted(marks, key=lambda mark: (mark.sign != "^", mark.start)):
        before = _width(text[: max(mark.start - shift, 0)])
        length = max(_width(text[max(mark.start - shift, 0) : max(mark.end - shift, 0)]), 1)
        style = "error" if mark.sign == "^" else "frame"
        pointer = paint(style, mark.sign * length + (f" {mark.text}" if mark.text else ""))
        lines.append(f"{bar} {' ' * before}{pointer}")
    return lines


def _mark(source: Source, span: Span, sign: str, text: str) -> _Mark:
    """A span of several lines is pointed at where it begins, to the end of that line."""
    line, column = source.position(span[0])
    length = len(source.line_text(line))
    end = min(column - 1 + max(span[1] - span[0], 0), max(length, column))
    return _Mark(line, column - 1, end, sign, text)


def _window(text: str, marks: list[_Mark]) -> tuple[str, int]:
    """A long line is cut to what surrounds the first mark. Gives the text and how many characters went before it."""
    if len(text) <= MAX_WIDTH:
        return text, 0
    focus = min(marks, key=lambda mark: mark.sign != "^").start
    start = max(min(focus - _CONTEXT, len(text) - MAX_WIDTH), 0)
    end = start + MAX_WIDTH
    head, tail = ("…" if start else ""), ("…" if end < len(text) else "")
    return head + text[start:end] + tail, start - len(head)


def _visible(text: str) -> str:
    """Tabs as spaces, control characters as pictures: what the terminal shows is what was measured."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\t":
        return " " * TAB_WIDTH
    if character < " ":
        return chr(0x2400 + ord(character))
    return character if character.isprintable() or unicodedata.category(character) in ("Mn", "Me") else "\ufffd"


def _width(text: str) -> int:
    """The columns that a terminal gives the text."""
    if text.isascii():
        return len(text) + text.count("\t") * (TAB_WIDTH - 1)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if character == "\t":
        return TAB_WIDTH
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
