"""Hints on braces that bind nothing, because the script around them is a raw text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flowc.diagnostics import codes
from flowc.emit.hints.hints import Hints
from flowc.syntax import nodes
from flowc.syntax.inside import everything

_BRACES: Final = re.compile(r"\{\{\s*([a-z_][A-Za-z0-9_]*)[^{}\n]*\}\}")


def hint_braces(tree: nodes.File, hints: Hints) -> None:
    """`'echo {{ day }}'` where there is something called `day`: other programs have templates of their own."""
    parts = list(everything(tree.items))
    names = set(_names(parts))
    for part in parts:
        if not isinstance(part, nodes.Action) or not isinstance(part.script, nodes.Text):
            continue
        start, end = part.script.span
        if not hints.source.text.startswith("'", start):
            continue
        for found in _BRACES.finditer(hints.source.text, start, end):
            if found[1] in names:
                quotes = '"""' if hints.source.text.startswith("'''", start) else '"'
                hints.hint(
                    codes.UNBOUND_BRACES,
                    found.span(),
                    f"`{found[0]}` stays as it is: nothing is bound in a text with single quotes",
                    f"write the script with {quotes} if the value of `{found[1]}` is meant",
                )


def _names(parts: list[nodes.Item | nodes.Statement | nodes.Branch | nodes.Case]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, nodes.ParamDecl | nodes.LetDecl | nodes.OutDecl | nodes.TaskDecl | nodes.GroupDecl):
            yield part.name.text
        if isinstance(part, nodes.TaskDecl):
            yield from (parameter.name.text for parameter in part.parameters or ())
        if isinstance(part, nodes.TaskDecl | nodes.GroupDecl):
            yield from (generator.variable.text for generator in part.generators)
