"""Texts: where a text literal ends and its `{{ }}` stand (asked by the lexer), and what it says (asked by the builder).

Decoding keeps for every character where it stands in the source, through escapes and dedent, so that carets inside
a script are exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from flowc.syntax.nodes import Hole, Span, TextPart

Report = Callable[[Span, str, str], None]
"""Span, message and help of a problem in a text."""

_MAX_HOLE_DEPTH: Final = 8
_PLAIN: Final = re.compile(r"""\"(?:[^"\\\n{]|\\[^\n]|\{(?!\{))*+\"|'[^'\n]*'""")
_LINE_STOP: Final = re.compile(r'\\\{\{|\\[^\n]|\{\{|"|\n')
_BLOCK_STOP: Final = re.compile(r'\\\{\{|\{\{|"""')
_HOLE_STOP: Final = re.compile(r"[{}()\[\]\"'\n]")
_ESCAPE: Final = re.compile(r"\\(?:\{\{|u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|[^\n])")
_SIMPLE_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_BLANK: Final = re.compile(r"[ \t]*")


class Unclosed(Exception):
    """A text or a `{{` that does not end. `start` is its first character; `hole` tells which of the two."""

    def __init__(self, start: int, hole: bool) -> None:
        super().__init__(start)
        self.start = start
        self.hole = hole


def scan(text: str, start: int, depth: int = 0) -> tuple[int, list[Span]]:
    """The end of the text literal whose quote is at `start`, and the spans of its holes. Raises Unclosed."""
    if text.startswith('"""', start):
        return _scan_interpolated(text, start, 3, _BLOCK_STOP, depth)
    if text.startswith("'''", start):
        end = text.find("'''", start + 3)
        if end < 0:
            raise Unclosed(start, hole=False)
        return end + 3, []
    if found := _PLAIN.match(text, start):
        return found.end(), []
    if text[start] == "'":
        raise Unclosed(start, hole=False)
    return _scan_interpolated(text, start, 1, _LINE_STOP, depth)


def _scan_interpolated(
    text: str, start: int, quotes: int, stops: re.Pattern[str], depth: int
) -> tuple[int, list[Span]]:
    holes, at = [], start + quotes
    while found := stops.search(text, at):
        at = found.end()
        match found[0]:
            case "{{":
                at = _scan_hole(text, found.start(), quotes == 3, depth)
                holes.append((found.start(), at))
            case '"' | '"""':
                return at, holes
            case "\n":
                break
    raise Unclosed(start, hole=False)


def _scan_hole(text: str, start: int, many_lines: bool, depth: int) -> int:
    """The end of the `{{ }}` at `start`; brackets inside balance, one-line texts are passed over."""
    at, open_brackets = start + 2, 0
    while found := _HOLE_STOP.search(text, at):
        at, stop = found.end(), found[0]
        if stop in "({[":
            open_brackets += 1
        elif stop == "}" and open_brackets == 0 and text.startswith("}}", found.start()):
            return found.start() + 2
        elif stop in ")}]":
            open_brackets = max(open_brackets - 1, 0)
        elif stop in "\"'":
            if depth >= _MAX_HOLE_DEPTH or text.startswith(stop * 3, found.start()):
                break
            at, _ = scan(text, found.start(), depth + 1)
        elif not many_lines:
            break
    raise Unclosed(start, hole=True)


def decode(text: str, span: Span, holes: list[Hole], report: Report) -> list[TextPart | Hole]:
    """The parts of the text literal at `span`, in order. `holes` are its holes, parsed."""
    start, end = span
    pieces = _Pieces()
    if text.startswith(('"""', "'''"), start):
        _decode_lines(text, start + 3, end - 3, holes, pieces)
    elif text[start] == "'":
        pieces.add(text[start + 1 : end - 1], start + 1)
    else:
        at = start + 1
        for hole in holes:
            _escaped(text, at, hole.span[0], pieces, report)
            pieces.hole(hole)
            at = hole.span[1]
        _escaped(text, at, end - 1, pieces, report)
    return pieces.finish()


def _decode_lines(text: str, first: int, last: int, holes: list[Hole], pieces: _Pieces) -> None:
    raw = text[first - 1] == "'"
    begin, finish, margin = layout(text, first, last, [hole.span for hole in holes])
    at, fresh = begin, begin > first
    for hole in holes:
        _lines(text, at, hole.span[0], margin, fresh, raw, pieces)
        pieces.hole(hole)
        at, fresh = hole.span[1], False
    _lines(text, at, finish, margin, fresh, raw, pieces)


def layout(text: str, first: int, last: int, holes: list[Span]) -> tuple[int, int, str]:
    """Where the content of a text of many lines begins and ends, and the margin that its lines have in common."""
    opening = _BLANK.match(text, first)
    own_line = opening is not None and opening.end() < last and text[opening.end()] == "\n"
    begin = opening.end() + 1 if opening and own_line else first
    closing = text.rfind("\n", first, last)
    finish = closing if closing >= begin - 1 and not text[closing + 1 : last].strip(" \t") and closing >= 0 else last
    finish = max(finish, begin)
    starts = [begin] if own_line else []
    starts += [at + 1 for at in newlines(text, begin, finish, holes)]
    margins = []
    for line in starts:
        blank = _BLANK.match(text, line, finish)
        if blank and blank.end() < finish and text[blank.end()] != "\n":
            margins.append(blank[0])
    return begin, finish, _common_start(margins)


def _common_start(texts: list[str]) -> str:
    least, most = min(texts, default=""), max(texts, default="")
    same = next((index for index, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), len(least))
    return least[:same]


def newlines(text: str, start: int, end: int, holes: list[Span]) -> Iterator[int]:
    """Where lines end between two offsets; a line end in a hole is none."""
    for hole_start, hole_end in [*holes, (end, end)]:
        while (start := text.find("\n", start, hole_start)) >= 0:
            yield start
            start += 1
        start = hole_end


def _lines(text: str, start: int, end: int, margin: str, fresh: bool, raw: bool, pieces: _Pieces) -> None:
    """Adds the text between two holes without the margin. `fresh`: it begins with a line of its own."""
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        ends, stop = stop >= 0, stop if stop >= 0 else end
        if at > start or fresh:
            blank = _BLANK.match(text, at, stop)
            if ends and blank and blank.end() == stop:
                at = stop
            elif text.startswith(margin, at):
                at += len(margin)
        _braces(text, at, stop, raw, pieces)
        if ends:
            pieces.add("\n", stop)
        at = stop + 1


def _braces(text: str, start: int, end: int, raw: bool, pieces: _Pieces) -> None:
    while not raw and (found := text.find("\\{{", start, end)) >= 0:
        pieces.add(text[start:found], start)
        pieces.add("{{", found + 1)
        start = found + 3
    pieces.add(text[start:end], start)


def _escaped(text: str, start: int, end: int, pieces: _Pieces, report: Report) -> None:
    at = start
    while (found := text.find("\\", at, end)) >= 0:
        pieces.add(text[at:found], at)
        escape = _ESCAPE.match(text, found, end)
        assert escape is not None
        pieces.escape(_escape(escape, report), found)
        at = escape.end()
    pieces.add(text[at:end], at)


def _escape(found: re.Match[str], report: Report) -> str:
    written = found[0]
    if written == "\\{{":
        return "{{"
    if written[1:] in _SIMPLE_ESCAPES:
        return _SIMPLE_ESCAPES[written[1:]]
    number = int(found[1] or found[2] or "0", 16)
    if 0 < number < 0xD800 or 0xE000 <= number < 0x110000:
        return chr(number)
    report(
        found.span(),
        f"there is no escape `{written}`",
        "write `\\\\` for a backslash, or put the text between single quotes; "
        'the escapes are \\n \\t \\r \\\\ \\" \\u{e9}',
    )
    return written


class _Pieces:
    """Collects parts; neighbouring text is one part with a run for each jump in the source."""

    def __init__(self) -> None:
        self.parts: list[TextPart | Hole] = []
        self._texts: list[str] = []
        self._runs: list[tuple[int, int]] = []
        self._length = 0
        self._next = -1

    def add(self, text: str, offset: int) -> None:
        if not text:
            return
        if offset != self._next:
            self._runs.append((self._length, offset))
        self._texts.append(text)
        self._length += len(text)
        self._next = offset + len(text)

    def escape(self, text: str, offset: int) -> None:
        """Text that the source writes in another way: what follows it begins a run of its own."""
        self.add(text, offset)
        self._next = -1

    def hole(self, hole: Hole) -> None:
        self._flush()
        self.parts.append(hole)

    def finish(self) -> list[TextPart | Hole]:
        self._flush()
        return self.parts

    def _flush(self) -> None:
        if self._texts:
            self.parts.append(TextPart("".join(self._texts), tuple(self._runs)))
        self._texts, self._runs, self._length, self._next = [], [], 0, -1
