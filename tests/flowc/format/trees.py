"""What a text says, for comparing: its tree without places, and its comments."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from flowc.diagnostics import Sink
from flowc.source import Source
from flowc.syntax.lexer import lex
from flowc.syntax.parser import parse

PLACES = {"span", "op_span", "head", "runs"}


def tree(text: str) -> Any:
    """The tree as nested tuples, with the doc comments and without any place."""
    return shape(parse(Source("a.flow", text), Sink()))


def shape(node: Any) -> Any:
    if isinstance(node, list | tuple):
        return [shape(item) for item in node]
    if is_dataclass(node):
        return (
            type(node).__name__,
            *(shape(getattr(node, one.name)) for one in fields(node) if one.name not in PLACES),
        )
    return node


def comments(text: str) -> list[str]:
    """All comments, in order."""
    return [text[begin:end].rstrip() for begin, end in lex(Source("a.flow", text), Sink()).comments]


def is_good(text: str) -> bool:
    """Whether the parser has nothing to say."""
    sink = Sink()
    parse(Source("a.flow", text), sink)
    return not sink.diagnostics()
