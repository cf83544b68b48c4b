"""From a source to its one spelling. What was not understood is left as it was written, with what is around it."""

from __future__ import annotations

import gc

from flowc.diagnostics import Sink
from flowc.format.builder import PieceBuilder
from flowc.format.comments import START, attach
from flowc.format.same import is_same
from flowc.format.writer import Writer
from flowc.source import Source
from flowc.syntax.lexer import Lexed, lex
from flowc.syntax.parser import Reduction, is_foreign
from runtime.model.slotted import dataclass


class NotTheSame(AssertionError):
    """The formatted text would say something else: a defect of the formatter."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """The text in its one spelling. `mistakes`: how many there are; the statements that have them stay as they are.
    With `left_alone` nothing could be formatted, and the text is that of the source."""

    text: str
    mistakes: int = 0
    left_alone: bool = False


def formatted(source: Source) -> Formatted:
    """The text in its one spelling; what stands in it is the same, token by token and comment by comment.

    If brackets do not balance the whole text stays as it is. Raises NotTheSame rather than to give a text that says
    something else.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _formatted(source)
    finally:
        if collecting:
            gc.enable()


def _formatted(source: Source) -> Formatted:
    sink = Sink()
    if is_foreign(source, sink):
        return Formatted(source.text, 1, left_alone=True)
    lexed = lex(source, sink)
    if lexed.too_deep or lexed.cut or lexed.open_braces or lexed.stray:
        return Formatted(source.text, max(len(sink), 1), left_alone=True)
    text = _spelled(source, lexed, sink)
    if is_same(source, lexed, Source(source.path, text)):
        return Formatted(text, len(sink))
    if sink.has_errors:
        return Formatted(source.text, len(sink), left_alone=True)
    raise NotTheSame(f"the formatted text of {source.path} would not say the same")


def _spelled(source: Source, lexed: Lexed, sink: Sink) -> str:
    comments = attach(source.text, lexed)
    builder = PieceBuilder(source, lexed.tokens, comments)
    items = Reduction(source, sink, builder).parse(list(lexed.tokens), "file")
    writer = Writer()
    builder.statements(items, ("START", "", START, START), lexed.tokens[-1]).print(writer, 0)
    writer.line(0)
    if last := comments.leading.get(len(source.text)):
        if items and last[0].blank_before:
            writer.blank()
        writer.comments(last, closed=True)
    return writer.finish()
