"""The one list of what the language has and this version does not compile yet. Nothing of it passes in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowc.analysis.report import Report
from flowc.syntax import nodes

_WORDS: Final[dict[type, str]] = {
    nodes.Rate: "rate",
}


def report_later(file: nodes.File, report: Report) -> None:
    """Reports every construct that is not compiled yet, once each, and not what is inside of it."""
    for item in file.items:
        for found in _walk(item):
            word = _WORDS[type(found)]
            report.not_yet(_head(found, word), f"`{word}`")


def _walk(item: nodes.Item | nodes.Statement) -> Iterator[nodes.Item | nodes.Statement]:
    if type(item) in _WORDS:
        yield item
    elif isinstance(item, nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl):
        for inner in item.body:
            yield from _walk(inner)


def _head(item: nodes.Item | nodes.Statement, word: str) -> nodes.Span:
    """The word that the construct begins with."""
    start = item.span[0]
    return (start, start + len(word.partition(" ")[0]))
