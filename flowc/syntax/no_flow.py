"""A file that is something else under the ending of a flow: told once, after the parser has made nothing of it."""

from __future__ import annotations

import re
from typing import Final

from flowc.diagnostics import Diagnostic, Sink, codes
from flowc.source import Source
from flowc.syntax.words import ITEM_WORDS

SMALLEST: Final = 'flow hello { task greet { sh "echo hello" } }'
"""A whole flow, for help texts."""

_ITEM: Final = re.compile(rf"^[ \t]*(?:{'|'.join(ITEM_WORDS)})\b(?![ \t]*:)", re.MULTILINE)
_FEW: Final = 3
"""So many problems are told of such a file."""


def tell_no_flow(source: Source, sink: Sink) -> None:
    """If no line begins as a part of a flow does, says so instead of one complaint for nearly every line.

    The first complaints stay, without what would mend them: nobody wants another file to be rewritten.
    """
    if sink.count(source) <= _FEW or _ITEM.search(source.text):
        return
    sink.keep_first(source, _FEW)
    message = f"`{source.path}` declares no flow, and no line of it begins as in one"
    sink.report(
        Diagnostic(codes.FILE_EMPTY, "error", message, help=f"the smallest flow is: {SMALLEST}", file=source.path)
    )
