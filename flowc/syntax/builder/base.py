"""What all parts of the builder share: generic actions, names, paths, texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowc.diagnostics import Fix, Sink, codes
from flowc.source import Source, Span
from flowc.syntax import texts
from flowc.syntax.nodes import (
    Expr,
    Hole,
    Name,
    Path,
    Text,
)

Children = list[Any]


class Base:
    """Holds the source and the sink. `parse_hole` parses the expression between two offsets.

    `partial` has the starts of flows, tasks and groups whose heading was not understood.
    """

    def __init__(self, source: Source, sink: Sink, docs: dict[int, str], parse_hole: Callable[[Span], Expr]) -> None:
        self.source = source
        self.sink = sink
        self.docs = docs
        self.parse_hole = parse_hole
        self.partial: set[int] = set()

    # fmt: off
    def nothing(self, _: Children) -> None: return None
    def empty_list(self, _: Children) -> list[Any]: return []
    def first(self, c: Children) -> list[Any]: return [c[0]]
    def second(self, c: Children) -> Any: return c[1]
    def keep_first(self, c: Children) -> Any: return c[0]
    # fmt: on

    def append(self, c: Children) -> list[Any]:
        items: list[Any] = c[0]
        items.append(c[2])
        return items

    def text_of(self, token: Any) -> Text:
        span = (token[2], token[3])
        holes = [Hole(self.parse_hole((a + 2, b - 2)), (a, b)) for a, b in token[1]]
        return Text(texts.decode(self.source.text, span, holes, self._bad_escape), span)

    def _bad_escape(self, span: Span, message: str, help: str) -> None:
        self.sink.error(codes.BAD_ESCAPE, self.source, span, message, help=help)

    def name(self, c: Children) -> Name:
        return Name(c[0][1], (c[0][2], c[0][3]))

    def new_name(self, c: Children) -> Name:
        name = self.name(c)
        if name.text[0].isupper():
            small = name.text[0].lower() + name.text[1:]
            self._wrong_case(name, f"`{name.text}` begins with a capital letter, as only types do", small)
        return name

    def new_type(self, c: Children) -> Name:
        name = self.name(c)
        if not name.text[0].isupper():
            capital = "".join(part[:1].upper() + part[1:] for part in name.text.split("_")) or "Type"
            self._wrong_case(name, f"the name of a type begins with a capital letter, `{name.text}` does not", capital)
        return name

    def _wrong_case(self, name: Name, message: str, better: str) -> None:
        fixes = (Fix(name.span, better, certain=True),)
        self.sink.error(codes.BAD_NAME, self.source, name.span, message, help=f"call it `{better}`", fixes=fixes)

    def path(self, c: Children) -> Path:
        name = self.name(c)
        return Path([name], name.span)

    def longer_path(self, c: Children) -> Path:
        path: Path = c[0]
        path.names.append(self.name(c[2:]))
        path.span = (path.span[0], c[2][3])
        return path

    def first_name(self, c: Children) -> list[Name]:
        return [self.name(c)]

    def append_name(self, c: Children) -> list[Name]:
        names: list[Name] = c[0]
        names.append(self.name(c[2:]))
        return names

    def _doc(self, start: int) -> str:
        return self.docs.get(start, "")
