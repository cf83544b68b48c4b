"""Every `.flow` text of the tree that the parser has no complaint about, and what it says of each word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path

from flowc.diagnostics import Sink
from flowc.source import Source
from flowc.syntax import nodes
from flowc.syntax.lexer import lex
from flowc.syntax.parser import parse
from grammar.words import CHOICES as ALTERNATIVES
from grammar.words import DAYS, OUTCOMES_OF_A_CRASH, SCRIPTS
from tests.docs.pages import blocks

ROOT = Path(__file__).parents[2]
EVERY_CONSTRUCT = Path(__file__).parent / "every_construct.flow"
CHOICES = {
    (nodes.Action, "language"),
    (nodes.Crash, "choice"),
    (nodes.Hook, "event"),
    (nodes.Overlap, "choice"),
    (nodes.Schedule, "catchup"),
    (nodes.Schedule, "days"),
}
"""Names in the tree that are words of the language."""
KNOWN_CHOICES = {*SCRIPTS, *DAYS, *OUTCOMES_OF_A_CRASH, *(word for words in ALTERNATIVES.values() for word in words)}


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, and the offsets at which words stand outside of texts and scripts: as names, and as keywords."""

    name: str
    text: str
    names: frozenset[int]
    keywords: frozenset[int]


@cache
def samples() -> tuple[Sample, ...]:
    """All of them, in the order of their names."""
    return tuple(sample for name, text in texts() if (sample := _sample(name, text)))


def texts() -> Iterator[tuple[str, str]]:
    for folder in ("examples", "tests/golden", "tests/grammar"):
        for file in sorted((ROOT / folder).rglob("*.flow")):
            if file.is_file():
                yield str(file.relative_to(ROOT)), file.read_bytes().decode("utf-8", "replace")
    for block in blocks("flow"):
        yield str(block), block.text


def _sample(name: str, text: str) -> Sample | None:
    source, sink = Source(name, text), Sink()
    file = parse(source, sink)
    if sink.diagnostics() or len(text) > 100_000:
        return None
    names = frozenset(_names(file))
    words = [begin for _, _, begin, end in lex(source, Sink()).tokens if re.fullmatch(r"[a-z]\w*", text[begin:end])]
    misspelt = {found.span[0] for found in _choices(file) if found.text not in KNOWN_CHOICES}
    return Sample(name, text, names, frozenset(words) - names - misspelt)


def _choices(node: object) -> Iterator[nodes.Name]:
    if isinstance(node, list | tuple):
        for item in node:
            yield from _choices(item)
    elif is_dataclass(node):
        for found in fields(node):
            value = getattr(node, found.name)
            if (type(node), found.name) in CHOICES:
                yield from value if isinstance(value, list) else [value] if value else []
            else:
                yield from _choices(value)


def _names(node: object) -> Iterator[int]:
    """Where names stand that are no keywords; those inside texts too."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _names(item)
    elif isinstance(node, nodes.Name | nodes.NameRef):
        yield node.span[0]
    elif is_dataclass(node):
        for found in fields(node):
            if (type(node), found.name) not in CHOICES:
                yield from _names(getattr(node, found.name))
