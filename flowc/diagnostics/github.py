"""Diagnostics as workflow commands of GitHub, which become remarks beside the lines of a change."""

from __future__ import annotations

from flowc.diagnostics.data import Diagnostic


def to_github(found: Diagnostic) -> str:
    """One line: `::error file=etl.flow,line=3,col=5,…::message`."""
    properties = {"file": found.path}
    if found.source is not None and found.span is not None:
        line, column = found.source.position(found.span[0])
        end_line, end_column = found.source.position(max(found.span))
        properties |= {"line": str(line), "endLine": str(end_line)}
        if end_line == line:
            properties |= {"col": str(column), "endColumn": str(end_column)}
    properties["title"] = f"{found.code}: {found.code.title}"
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    told = [found.message, *(f"note: {note}" for note in found.notes)]
    told += [f"help: {found.help}"] if found.help else []
    return f"::{found.severity} {shown}::{_data(chr(10).join(told))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
