"""Styled lines: text with words for styles, before anyone knows whether it goes to a terminal, a pipe or a test.

Styles are roles (`good`, `bad`, `busy`, `warn`, `dim`, `bold`, or empty), not colours; `paint` gives them colours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line in one style."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def line(*parts: Span | str) -> Line:
    """A line of spans and plain texts; empty ones are left out."""
    spans = (Span(part) if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans if span.text)


def plain(spans: Line) -> str:
    """The text of a line alone."""
    return "".join(span.text for span in spans)


def width(text: str) -> int:
    """How many cells of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def harmless(text: str) -> str:
    """Text of unknown origin on one line: without escape sequences and control characters."""
    return _CONTROL.sub("", text.replace("\t", "    ").replace("\n", " "))


def crop(spans: Line, cells: int, ellipsis: str = "…") -> Line:
    """The line cut to a number of cells; a cut shows as an ellipsis."""
    if sum(width(span.text) for span in spans) <= cells:
        return spans
    kept: list[Span] = []
    room = max(cells - width(ellipsis), 0)
    for span in spans:
        text = _head(span.text, room)
        kept.append(Span(text, span.style))
        room -= width(text)
        if text != span.text:
            break
    return line(*kept, Span(ellipsis, kept[-1].style if kept else ""))


def _head(text: str, cells: int) -> str:
    if width(text) <= cells:
        return text
    used = 0
    for index, character in enumerate(text):
        used += _cells(character)
        if used > cells:
            return text[:index]
    return text


def pad(text: str, cells: int) -> str:
    """The text filled up with spaces to a number of cells."""
    return text + " " * max(cells - width(text), 0)


def joined(parts: Iterable[Line], between: str = "  ") -> Line:
    """Lines set side by side; empty ones take no room."""
    spans: list[Span] = []
    for part in parts:
        if part and spans:
            spans.append(Span(between))
        spans.extend(part)
    return tuple(spans)
