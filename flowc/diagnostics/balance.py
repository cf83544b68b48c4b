"""Brackets out of balance: nobody knows then what belongs to what, so what follows from that is not told."""

from __future__ import annotations

from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.data import Diagnostic
from flowc.diagnostics.sink import Sink

MOST: Final = 2
"""So many problems of such a file are told; mending them shows the others as they are."""

_BRACKETS: Final = (codes.UNCLOSED_BLOCK, codes.STRAY_CLOSE)
_FIRST_OF_MEANING: Final = "F0100"


def tell_brackets_first(sink: Sink) -> None:
    """Of a file whose brackets are out of balance only what the text itself shows is told, and only the first of it."""
    for source in {id(found.source): found.source for found in sink.diagnostics() if _upsets_all(found)}.values():

        def follows(found: Diagnostic, source: object = source) -> bool:
            return found.source is source and found.code.number >= _FIRST_OF_MEANING

        sink.drop(follows)
        if source is not None and sink.count(source) > MOST:
            sink.keep_first(source, MOST)


def _upsets_all(found: Diagnostic) -> bool:
    """Whether it is a bracket out of balance, and not only within the `{{ }}` of a text."""
    if found.code not in _BRACKETS or found.source is None or found.span is None:
        return False
    before, at = found.source.text, found.span[0]
    return before.rfind("{{", 0, at) <= before.rfind("}}", 0, at)
