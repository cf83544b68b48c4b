"""A plan as lines that a person reads: each flow with what differs, the runs that keep their version, how to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from flowc.cli.change_text import SIGNS, Line, change_lines
from flowc.cli.planning import FlowPlan, Plan
from runtime.model.run import VersionSummary

_MOST_RUNS: Final = 5


def plan_lines(plan: Plan, command: str) -> Iterator[Line]:
    """The whole plan; `command`: what to type to have it done."""
    for flow in plan.flows:
        yield _title(flow)
        if flow.taken_from is not None:
            yield Line(f"  ! deployed from {flow.taken_from}; to replace it, deploy with --take-over", "removed")
        yield from change_lines(flow.change)
        yield from _schedules(flow)
        yield from _runs(flow)
        yield Line("")
    for gone in plan.gone:
        yield Line(f"! flow {gone.name}: no longer in {gone.source_file}; version {gone.version} stays deployed")
        yield Line("")
    yield Line(summary(plan) + (f". To deploy: {command}" if plan.changes else ""), "name")


def _title(flow: FlowPlan) -> Line:
    name, count = f"{SIGNS[flow.change.sort]} flow {flow.change.name}:", flow.change.tasks
    if flow.base is None:
        return Line(f"{name} new, with {count} {'task' if count == 1 else 'tasks'}", "added")
    if flow.change.sort == "unchanged":
        return Line(f"{name} unchanged, version {flow.version}", "faint")
    return Line(f"{name} version {flow.base.version} → {flow.version}", "changed")


def _schedules(flow: FlowPlan) -> Iterator[Line]:
    if flow.next_runs is None:
        return
    before, after = (", ".join(times) or "none" for times in flow.next_runs)
    yield Line("  next runs by schedule", "name")
    yield Line(f"    - {before}", "removed")
    yield Line(f"    + {after}", "added")


def _runs(flow: FlowPlan) -> Iterator[Line]:
    if flow.change.sort == "unchanged" or not flow.keeping:
        return
    yield Line("  runs under way", "name")
    for version in flow.keeping:
        keep = "keeps" if len(version.under_way) == 1 else "keep"
        yield Line(f"    {_named(version)} {keep} version {version.version}")


def _named(version: VersionSummary) -> str:
    runs: Sequence[str] = version.under_way
    more = f" and {len(runs) - _MOST_RUNS} more" if len(runs) > _MOST_RUNS else ""
    return ", ".join(runs[-_MOST_RUNS:]) + more


def summary(plan: Plan) -> str:
    """`1 flow to add, 2 to change, 1 unchanged`."""
    count = Counter[str](flow.change.sort for flow in plan.flows)
    wanted = (("added", "to add"), ("changed", "to change"), ("unchanged", "unchanged"))
    parts = [f"{count[sort]} {words}" for sort, words in wanted if count[sort]]
    if not parts:
        return "there are no flows in these files"
    number, rest = parts[0].split(" ", 1)
    return ", ".join([f"{number} {'flow' if number == '1' else 'flows'} {rest}", *parts[1:]])
