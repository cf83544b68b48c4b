"""What the doctor found, for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, line

if TYPE_CHECKING:
    from runtime.service.doctor import Finding

_STYLES: Final = {"good": "good", "note": "dim", "warning": "warn", "error": "bad"}


def as_lines(found: Sequence[Finding], mended: Sequence[Finding], glyphs: Glyphs) -> list[Line]:
    """A line for each finding with its help below, what was mended before all, a verdict at the end."""
    signs = {"good": glyphs.succeeded, "note": glyphs.dot, "warning": "!", "error": glyphs.failed}
    lines = [line(Span("mended: ", "good"), each.message) for each in mended]
    for each in found:
        lines.append(line(Span(f"{signs[each.grade]} {each.check:<12}", _STYLES[each.grade]), each.message))
        if each.help:
            lines.append(line("  ", Span(f"{'':<12}{each.help}", "dim")))
    return [*lines, (), _verdict(found)]


def _verdict(found: Sequence[Finding]) -> Line:
    wrong = [each for each in found if each.wrong]
    if not wrong:
        return line(Span("healthy", "good"))
    fixable = sum(each.mend is not None for each in wrong)
    told = f"{len(wrong)} thing{'s are' if len(wrong) > 1 else ' is'} wrong"
    return line(Span(told, "bad"), f"; flower doctor --fix mends {fixable}" if fixable else "")


def as_data(found: Sequence[Finding], mended: Sequence[Finding]) -> dict[str, Any]:
    return {"findings": [_datum(each) for each in found], "mended": [_datum(each) for each in mended]}


def _datum(each: Finding) -> dict[str, Any]:
    told = {"check": each.check, "grade": each.grade, "message": each.message}
    return {**told, "help": each.help or None, "fixable": each.mend is not None}
