"""The tables of `flower runs`, `flower flows` and the attempts of a task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from runtime.cli.display.clock import day_and_time, duration
from runtime.cli.display.explanation import first_line
from runtime.cli.display.frame import STATUS_STYLES
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, line
from runtime.cli.display.summary import shown
from runtime.cli.display.table import table
from runtime.model.run import FlowSummary, RunSummary
from runtime.model.state import ExecStatus


def runs_table(
    runs: Sequence[RunSummary], now: int, cells: int, glyphs: Glyphs, zone: dt.tzinfo | None = None
) -> list[Line]:
    """A run a line: name, state, when, how long, how far, with which parameters."""
    rows = [
        (
            line(Span(run.ref, "bold")),
            line(Span(run.status.value, STATUS_STYLES[run.status])),
            line(day_and_time(run.created_at, now, zone)),
            line(_took(run, now)),
            line(_tasks(run)),
            line(Span(_parameters(run), "dim")),
        )
        for run in runs
    ]
    return table(("run", "state", "created", "took", "tasks", "parameters"), rows, cells, glyphs.ellipsis)


def _took(run: RunSummary, now: int) -> str:
    if run.started_at is None:
        return ""
    return duration((run.ended_at if run.ended_at is not None else now) - run.started_at)


def _tasks(run: RunSummary) -> str:
    total = sum(run.counts.values())
    done = run.counts.get(ExecStatus.FINISHED, 0) + run.counts.get(ExecStatus.IGNORED, 0)
    return f"{done}/{total}"


def _parameters(run: RunSummary) -> str:
    return " ".join(f"{name}={shown(value)}" for name, value in run.parameters.items())


def flows_table(
    flows: Sequence[FlowSummary], now: int, cells: int, glyphs: Glyphs, zone: dt.tzinfo | None = None
) -> list[Line]:
    """A flow a line: name, version, where it comes from, its last run, what it is for."""
    rows = [
        (
            line(Span(flow.name, "bold")),
            line(str(flow.version)),
            line(day_and_time(flow.deployed_at, now, zone)),
            line(str(flow.runs)),
            _last(flow),
            line(flow.source_file),
            line(Span(first_line(flow.doc), "dim")),
        )
        for flow in flows
    ]
    return table(("flow", "version", "deployed", "runs", "last run", "file", "about"), rows, cells, glyphs.ellipsis)


def _last(flow: FlowSummary) -> Line:
    if flow.last_run is None or flow.last_status is None:
        return ()
    return line(f"{flow.last_run} ", Span(flow.last_status.value, STATUS_STYLES[flow.last_status]))
