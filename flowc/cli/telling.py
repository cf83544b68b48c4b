"""How the outcome of a check is told: to people in full or one line a problem, to machines as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from flowc.cli.paint import colored
from flowc.diagnostics import Diagnostic

if TYPE_CHECKING:
    from flowc.cli.compilation import Compilation
    from runtime.model.definition import FlowDefinition


class Format(StrEnum):
    """How diagnostics are written."""

    full = "full"
    short = "short"
    json = "json"


def tell_problems(compilation: Compilation, form: Format = Format.full) -> None:
    """Diagnostics: for people to stderr, as JSON to stdout."""
    if form is Format.json:
        from flowc.diagnostics.json_form import to_json

        print(json.dumps([to_json(found) for found in compilation.diagnostics], ensure_ascii=False, indent=2))
        return
    if not compilation.diagnostics:
        return
    for found in compilation.diagnostics:
        print(_short(found) if form is Format.short else _full(found) + "\n", file=sys.stderr)
    if not compilation.good:
        print(summary(compilation), file=sys.stderr)


def _full(found: Diagnostic) -> str:
    from flowc.diagnostics.render import render

    return render(found, colored(sys.stderr))


def _short(found: Diagnostic) -> str:
    place = found.path
    if found.source is not None and found.span is not None:
        line, column = found.source.position(found.span[0])
        place = f"{place}:{line}:{column}"
    return f"{place}: {found.severity}[{found.code}]: {found.message}"


def summary(compilation: Compilation) -> str:
    """`2 errors in etl.flow`, and how to learn more."""
    errors = Counter(found.path for found in compilation.diagnostics if found.severity == "error")
    count = errors.total() + compilation.left_out
    files = ", ".join(list(errors)[:3]) + (" and others" if len(errors) > 3 else "")
    told = f"{count} error{'s' if count != 1 else ''} in {files}"
    if compilation.left_out:
        told += f" ({compilation.left_out} not shown)"
    code = next((found.code for found in compilation.diagnostics if found.severity == "error"), None)
    return f"{told}; `flowc explain {code}` tells more" if code else told


def tell_success(compilation: Compilation) -> None:
    """One line a file, and how to go on is clear from it: `etl.flow: 1 flow, 9 tasks, no problems`."""
    from flowc.cli.counts import counted

    for line in counted(compilation):
        print(line)
    scheduled = [flow for flow in compilation.flows if flow.schedules]
    if scheduled:
        _tell_schedules(scheduled)


def _tell_schedules(flows: list[FlowDefinition]) -> None:
    from flowc.cli.fire_times import fire_times
    from runtime.settings import machine_zone

    for line in fire_times(flows, time.time_ns() // 1000, machine_zone()):
        print(line)
