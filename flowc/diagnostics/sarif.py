"""Diagnostics as SARIF 2.1.0, the form that code hosts and editors read. Regions count from 1, ends are exclusive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from flowc.diagnostics.codes import Code
from flowc.diagnostics.data import Diagnostic, Fix
from flowc.source import Source, Span

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(diagnostics: Iterable[Diagnostic], version: str) -> dict[str, Any]:
    """One run with a rule for each code that occurs. `version`: of the compiler."""
    found = list(diagnostics)
    rules = list(dict.fromkeys(one.code for one in found))
    driver = {"name": "flowc", "version": version, "rules": [_rule(code) for code in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, rules.index(one.code)) for one in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.number,
        "shortDescription": {"text": code.title},
        "help": {"text": f"`flowc explain {code.number}` tells more."},
    }


def _result(found: Diagnostic, rule: int) -> dict[str, Any]:
    text = ". ".join(part for part in (found.message, *found.notes, found.help) if part)
    result: dict[str, Any] = {
        "ruleId": found.code.number,
        "ruleIndex": rule,
        "level": found.severity,
        "message": {"text": text},
    }
    if found.path:
        result["locations"] = [{"physicalLocation": _physical(found.path, found.source, found.span)}]
    related = [
        {
            "id": number,
            "message": {"text": label.text},
            "physicalLocation": _physical(
                (label.source or found.source or _NOWHERE).path, label.source or found.source, label.span
            ),
        }
        for number, label in enumerate(found.labels, start=1)
    ]
    if related:
        result["relatedLocations"] = related
    if found.fixes and found.source is not None:
        result["fixes"] = [_fix(found, found.source, found.fixes)]
    return result


_NOWHERE: Final = Source("", "")


def _fix(found: Diagnostic, source: Source, fixes: Iterable[Fix]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(source, fix.span), "insertedContent": {"text": fix.replacement}} for fix in fixes
    ]
    change = {"artifactLocation": _artifact(found.path), "replacements": replacements}
    return {"description": {"text": found.help or found.message}, "artifactChanges": [change]}


def _physical(path: str, source: Source | None, span: Span | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if source is not None and span is not None:
        place["region"] = _region(source, span)
    return place


def _artifact(path: str) -> dict[str, str]:
    return {"uri": f"file://{quote(path)}" if path.startswith("/") else quote(path)}


def _region(source: Source, span: Span) -> dict[str, int]:
    line, column = source.position(span[0])
    end_line, end_column = source.position(max(span))
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
