"""What to say of a text or a `{{ }}` that is not closed: the part of it that lacks its end."""

from __future__ import annotations

from flowc.diagnostics import Sink, codes
from flowc.source import Source
from flowc.syntax import texts


def report_unclosed(source: Source, begin: int, quote: str, problem: texts.Unclosed, sink: Sink) -> None:
    """Tells what is not closed: a text that begins at `begin` with `quote`, one inside of it, or its `{{`."""
    text = source.text
    start = problem.start
    hole = text.rfind("{{", begin, start)
    if hole >= 0 and start > begin and text[start] == quote[0] and len(quote) == 1:
        _report_open_hole(source, hole, start, sink)
        return
    if problem.hole:
        code, what, end = codes.UNCLOSED_HOLE, "`{{`", start + 2
        help = "close it with `}}`; for two plain braces write `\\{{`"
    elif start == begin:
        code, what, end = codes.UNCLOSED_TEXT, "text", start + len(quote)
        help = f"close it with `{quote}`"
        help += ' on the same line; a text of many lines stands between `"""`' if len(quote) == 1 else ""
    else:
        code, what, end = codes.UNCLOSED_TEXT, "text", start + 1
        help = f"close it with `{text[start]}` before the `}}}}`; for two plain braces write `\\{{{{`"
    sink.error(code, source, (start, end), f"this {what} is not closed", help=help)


def _report_open_hole(source: Source, hole: int, end: int, sink: Sink) -> None:
    """A quote in a `{{ }}` that was to end the whole text: what is not closed is the hole, or a bracket in it."""
    text, opened = source.text, list[int]()
    for at in range(hole, end):
        if text[at] in "([":
            opened.append(at)
        elif text[at] in ")]" and opened:
            opened.pop()
    if opened and text.find("}}", hole, end) >= 0:
        place, sign = (opened[-1], opened[-1] + 1), text[opened[-1]]
        help = f"close it with `{')' if sign == '(' else ']'}` before the `}}}}`"
        sink.error(codes.UNCLOSED_BLOCK, source, place, f"this `{sign}` is not closed", help=help)
        return
    help = "close it with `}}`; for two plain braces write `\\{{`"
    sink.error(codes.UNCLOSED_HOLE, source, (hole, hole + 2), "this `{{` is not closed", help=help)
