"""What stays on the screen when a run has come to rest: its state, what was slow, what failed, what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runtime.cli.display.clock import SECOND, duration
from runtime.cli.display.explanation import suspended
from runtime.cli.display.frame import WIDEST, Failure, failures, panel
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, crop, line, pad, width
from runtime.cli.display.tree import Node, Picture
from runtime.model.state import ExecStatus, RunStatus

_SHOWN = 3
_TAIL = 10


def summary(picture: Picture, failed: Sequence[Failure], cells: int, glyphs: Glyphs, options: str = "") -> list[Line]:
    """Lines for a run at rest. `failed`: the failures to show, with their logs. `options`: `--db …`, if needed to
    find the same store again; the last line is the command to type next."""
    cells = min(cells, WIDEST)
    lines = [_verdict(picture)]
    lines += _slowest(picture)
    for failing in failed[:_SHOWN]:
        lines += [(), *panel(failing, picture, _TAIL, cells, glyphs)]
    more = len(failures(picture)) - len(failed[:_SHOWN])
    if more > 0 and failed:
        lines.append(line(Span(f"and {more} more failed", "bad")))
    for node in _suspended(picture)[:_SHOWN]:
        lines.append(line(Span(f"{glyphs.suspended} {node.view.path}: {suspended(node)}", "warn")))
    return [*(crop(spans, cells, glyphs.ellipsis) for spans in lines), *next_step(picture, options)]


def _verdict(picture: Picture) -> Line:
    run = picture.run
    began = run.started_at if run.started_at is not None else run.created_at
    took = duration((run.ended_at if run.ended_at is not None else picture.now) - began)
    style = {RunStatus.SUCCEEDED: "good", RunStatus.SUSPENDED: "warn", RunStatus.RUNNING: "busy"}.get(run.status, "bad")
    verb = "is still running" if run.status is RunStatus.RUNNING else f"{_be(run.status)}{run.status.value}"
    return line(Span(run.ref, "bold"), " ", Span(verb, style), f" after {took}: {_counts(picture)}")


def _be(status: RunStatus) -> str:
    return "was " if status is RunStatus.CANCELLED else "is " if status is RunStatus.SUSPENDED else ""


def _counts(picture: Picture) -> str:
    counts = picture.counts
    words = [
        f"{counts[status]} {status.word}"
        for status in (ExecStatus.FINISHED, ExecStatus.IGNORED, ExecStatus.FAILED, ExecStatus.SUSPENDED, ExecStatus.RUNNING)
        if counts[status]
    ]
    if counts[ExecStatus.WAITING]:
        words.append(f"{counts[ExecStatus.WAITING]} not started")
    return ", ".join(words) or "no tasks"


def _slowest(picture: Picture) -> list[Line]:
    """The tasks that took longest, where knowing it helps: several tasks, and seconds."""
    timed = sorted(((_took(node), node) for node in picture.nodes if node.is_task), key=lambda pair: -pair[0])
    if len(timed) < 3 or timed[0][0] < SECOND:
        return []
    shown = [pair for pair in timed[:_SHOWN] if pair[0] >= SECOND // 10]
    names = max(width(node.view.path) for _, node in shown)
    rows = [line(f"    {pad(node.view.path, names)}  {duration(took):>6}") for took, node in shown]
    return [line(Span("  slowest tasks:", "dim")), *rows]


def _took(node: Node) -> int:
    view = node.view
    return view.ended_at - view.started_at if view.started_at is not None and view.ended_at is not None else 0


def _suspended(picture: Picture) -> list[Node]:
    return [node for node in picture.nodes if node.view.status is ExecStatus.SUSPENDED]


def next_step(picture: Picture, options: str = "") -> list[Line]:
    """A sentence and, as the last line, the command."""
    ref = picture.run.ref
    match picture.run.status:
        case RunStatus.SUCCEEDED:
            return [(), line(Span("what the tasks printed:", "dim")), _command(f"logs {ref}", options)]
        case RunStatus.SUSPENDED:
            return [(), *_decide(picture, options)]
        case RunStatus.RUNNING:
            return [(), line("to go on with it:"), _command(f"run --resume {ref}", options)]
        case RunStatus.FAILED:
            return [(), line("when the cause is mended, go on from there (what succeeded stays):"), _command(f"rerun {ref}", options)]
        case RunStatus.CANCELLED:
            return [(), line("to run what was not finished:"), _command(f"rerun {ref}", options)]


def _decide(picture: Picture, options: str) -> list[Line]:
    node = next(iter(_suspended(picture)), None)
    if node is None:
        return [line("a person has to decide; see:"), _command(f"status {picture.run.ref}", options)]
    target = f"{picture.run.ref} {shlex.quote(node.view.path)}"
    return [
        line(f"a person has to decide about {node.view.path}. To count it as done:"),
        _command(f"ignore {target}", options),
        line("to run it again, if that does no harm:"),
        _command(f"rerun {target}", options),
    ]


def _command(text: str, options: str) -> Line:
    return line(Span(f"    flower {text}{f' {options}' if options else ''}", "bold"))
