"""Texts: their quotes stay, what stands in `{{ }}` is spelled like other expressions, and a text of many lines moves
with the block around it while its value stays the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from flowc.format.pieces import Lines, Piece, Verbatim
from flowc.source import Span
from flowc.syntax import texts

_DOTTED: Final = re.compile(r"\s*([A-Za-z_]\w*(?:\.\w+)*)\s*")


def text_piece(source: str, span: Span, holes: list[Span], spell: Callable[[Span], str | None]) -> Piece:
    """The piece of a text literal. `spell` gives the one spelling of the expression at a span, or None."""
    start, end = span
    if "\n" not in source[start:end]:
        return _spelled(source, start, end, holes, spell)
    opening, closing = source[start : start + 3], source[end - 3 : end]
    begin, finish, margin = texts.layout(source, start + 3, end - 3, holes)
    own_line = begin > start + 3
    if own_line and begin == finish:
        return Lines(opening, [], closing, True)
    if _ends_with_blanks(source, begin, finish):
        return Verbatim(source[start:end])
    closed = source[finish] == "\n"
    stops = list(texts.newlines(source, begin, finish, holes))
    starts = [begin, *(stop + 1 for stop in stops)]
    lines = []
    for place, (first, last) in enumerate(zip(starts, [*stops, finish], strict=True)):
        first += len(margin) if (own_line or place) and source.startswith(margin, first) else 0
        line = _spelled(source, first, last, [hole for hole in holes if first <= hole[0] < last], spell)
        lines.append(line if line.strip(" \t") or not (own_line or place) else "")
    if not own_line:
        opening += lines.pop(0)
    return Lines(opening, lines, closing, closed)


def _ends_with_blanks(source: str, begin: int, finish: int) -> bool:
    """Whether the last line is made of blanks that may be part of the value."""
    last = source[max(source.rfind("\n", begin, finish) + 1, begin) : finish]
    return bool(last) and not last.strip(" \t")


def _spelled(source: str, start: int, end: int, holes: list[Span], spell: Callable[[Span], str | None]) -> str:
    parts, at = [], start
    for begin, stop in holes:
        parts += [source[at:begin], _hole(source, begin, stop, spell)]
        at = stop
    parts.append(source[at:end])
    return "".join(parts)


def _hole(source: str, begin: int, end: int, spell: Callable[[Span], str | None]) -> str:
    if simple := _DOTTED.fullmatch(source, begin + 2, end - 2):
        return f"{{{{ {simple[1]} }}}}"
    spelled = None if "\n" in source[begin:end] else spell((begin + 2, end - 2))
    return source[begin:end] if spelled is None else f"{{{{ {spelled} }}}}"
