"""A diagnostic as JSON, for machines: places as lines and columns from 1, ends exclusive."""

from __future__ import annotations

from typing import Any

from flowc.diagnostics.data import Diagnostic
from flowc.source import Source, Span


def to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """`line` and its like are null for a problem without a place."""
    return {
        "code": diagnostic.code.number,
        "severity": diagnostic.severity,
        "file": diagnostic.path,
        **_place(diagnostic.source, diagnostic.span),
        "message": diagnostic.message,
        "label": diagnostic.label,
        "help": diagnostic.help,
        "labels": [
            {
                "file": (label.source or diagnostic.source or _NO_SOURCE).path,
                **_place(label.source or diagnostic.source, label.span),
                "text": label.text,
            }
            for label in diagnostic.labels
        ],
        "notes": list(diagnostic.notes),
        "fixes": [
            {**_place(diagnostic.source, fix.span), "replacement": fix.replacement, "certain": fix.certain}
            for fix in diagnostic.fixes
        ],
    }


_NO_SOURCE = Source("", "")


def _place(source: Source | None, span: Span | None) -> dict[str, int | None]:
    if source is None or span is None:
        return {"line": None, "column": None, "end_line": None, "end_column": None}
    line, column = source.position(span[0])
    end_line, end_column = source.position(max(span))
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
