"""How the outcome of a check is told: to people in full or one line a problem, to machines as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flowc.cli.paint import colored
from flowc.diagnostics import Diagnostic

if TYPE_CHECKING:
    from flowc.cli.compilation import Compilation
    from runtime.model.definition import FlowDefinition, TriggerDefinition


class Format(StrEnum):
    """How diagnostics are written."""

    full = "full"
    short = "short"
    json = "json"
    sarif = "sarif"
    github = "github"


FOR_MACHINES: Final = (Format.json, Format.sarif, Format.github)


def tell_problems(compilation: Compilation, form: Format = Format.full) -> None:
    """Diagnostics: for people to stderr, for machines to stdout."""
    if form in FOR_MACHINES:
        print(_for_machines(compilation.diagnostics, form), end="")
        return
    if not compilation.diagnostics:
        return
    for found in compilation.diagnostics:
        print(_for_people(found, form), file=sys.stderr)
    if not compilation.good:
        print(summary(compilation), file=sys.stderr)


def _for_machines(diagnostics: Sequence[Diagnostic], form: Format) -> str:
    if form is Format.github:
        from flowc.diagnostics.github import to_github

        return "".join(to_github(found) + "\n" for found in diagnostics)
    data: object
    if form is Format.sarif:
        from importlib.metadata import version

        from flowc.diagnostics.sarif import to_sarif

        data = to_sarif(diagnostics, version("flower-workflow"))
    else:
        from flowc.diagnostics.json_form import to_json

        data = [to_json(found) for found in diagnostics]
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _for_people(found: Diagnostic, form: Format) -> str:
    from flowc.diagnostics.render import render, render_short

    return render_short(found) if form is Format.short else render(found, colored(sys.stderr)) + "\n"


def summary(compilation: Compilation) -> str:
    """`2 errors in etl.flow`, and how to learn more."""
    errors = Counter(found.path for found in compilation.diagnostics if found.severity == "error")
    count = errors.total() + compilation.left_out
    files = ", ".join(list(errors)[:3]) + (" and others" if len(errors) > 3 else "")
    told = f"{count} error{'s' if count != 1 else ''} in {files}"
    if compilation.left_out:
        told += f" ({compilation.left_out} not shown)"
    code = next((found.code for found in compilation.diagnostics if found.severity == "error"), None)
    told += f"; `flowc explain {code}` tells more" if code else ""
    mended = sum(_is_certain(found) for found in compilation.diagnostics)
    return f"{told}; `flowc check --fix` mends {mended} of them" if mended else told


def _is_certain(found: Diagnostic) -> bool:
    return found.severity == "error" and bool(found.fixes) and all(fix.certain for fix in found.fixes)


def tell_success(compilation: Compilation) -> None:
    """One line a file, and how to go on is clear from it: `etl.flow: 1 flow, 9 tasks, no problems`."""
    from flowc.cli.counts import counted

    for line in counted(compilation):
        print(line)
    scheduled = [flow for flow in compilation.flows if flow.schedules]
    if scheduled:
        _tell_schedules(scheduled)
    _tell_triggers([flow for flow in compilation.flows if flow.triggers])


def _tell_triggers(flows: list[FlowDefinition]) -> None:
    """What makes flows run, beside their schedules; nothing of it happens unless a service is there."""
    if not flows:
        return
    from flowc.export.wording import trigger_text

    for flow in flows:
        for trigger in flow.triggers:
            print(f"{flow.name} runs {_when(trigger)}, while `flower serve` is working: {trigger_text(trigger)}")


def _when(trigger: TriggerDefinition) -> str:
    return {
        "after": "when runs of other flows have ended",
        "file": "when a file is new or has changed",
        "webhook": "when its webhook is called",
    }[trigger.kind]


def _tell_schedules(flows: list[FlowDefinition]) -> None:
    from flowc.cli.fire_times import fire_times
    from runtime.settings import machine_zone

    for line in fire_times(flows, time.time_ns() // 1000, machine_zone()):
        print(line)
