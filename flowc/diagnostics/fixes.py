"""Fixes applied to texts: pure, and only if each is about a place of its own."""

from __future__ import annotations

from collections.abc import Iterable

from flowc.diagnostics.data import Diagnostic, Fix
from flowc.source import Source


class Overlap(Exception):
    """Two fixes change the same place, so neither can be applied."""


def certain_fixes(diagnostics: Iterable[Diagnostic]) -> dict[Source, tuple[Fix, ...]]:
    """The fixes that may be applied without asking, by source, each once. All fixes of a problem must be certain."""
    found: dict[Source, dict[Fix, None]] = {}
    for one in diagnostics:
        if one.source is not None and one.fixes and all(fix.certain for fix in one.fixes):
            found.setdefault(one.source, {}).update(dict.fromkeys(one.fixes))
    return {source: tuple(fixes) for source, fixes in found.items()}


def applied(text: str, fixes: Iterable[Fix]) -> str:
    """The text with all of them. Raises Overlap."""
    parts: list[str] = []
    end = 0
    for fix in sorted(fixes, key=lambda fix: fix.span):
        start, stop = fix.span
        if start < end or (parts and start == end == stop):
            raise Overlap
        parts += [text[end:start], fix.replacement]
        end = stop
    return "".join([*parts, text[end:]])
