"""What stays on the screen when a run has come to rest: its state, what was slow, what failed, what to type next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime.cli.display.clock import SECOND, duration
from runtime.cli.display.explanation import above, suspended
from runtime.cli.display.frame import WIDEST, Failure, failures, panel
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, crop, harmless, line, pad, width
from runtime.cli.display.tree import Node, Picture
from runtime.model.run import RunSummary
from runtime.model.state import ExecStatus, Reason, RunStatus

_SHOWN = 3
_NAMED = 8
_TAIL = 10


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the command to type next depends on beside the run. `options`: `--db …`, if needed to find the same store
    again. `alive`: whether an engine works on the run at this moment."""

    options: str = ""
    alive: bool = False


def summary(
    picture: Picture, failed: Sequence[Failure], cells: int, glyphs: Glyphs, step: NextStep = NextStep()
) -> list[Line]:
    """Lines for a run at rest or left alone; the last one is the command to type next. `failed`: the failures to show,
    with their logs."""
    cells = min(cells, WIDEST)
    lines = [_verdict(picture, step.alive)]
    lines += _slowest(picture)
    if picture.run.status is RunStatus.SUCCEEDED:
        lines += _results(picture)
    for failing in failed[:_SHOWN]:
        lines += [(), *panel(failing, picture, _TAIL, cells, glyphs)]
    if failed:
        lines += _more([node.view.path for node in failures(picture)[min(len(failed), _SHOWN) :]])
    for node in _suspended(picture)[:_SHOWN]:
        lines.append(line(Span(f"{glyphs.suspended} {node.view.path}: {suspended(node)}", "warn")))
    return [*(crop(spans, cells, glyphs.ellipsis) for spans in lines), *next_step(picture, step)]


def _verdict(picture: Picture, alive: bool) -> Line:
    run = picture.run
    began = run.started_at if run.started_at is not None else run.created_at
    took = duration((run.ended_at if run.ended_at is not None else picture.now) - began)
    style = _STYLES.get(run.status, "bad")
    verb = (
        ("goes on" if alive else "was stopped")
        if run.status is RunStatus.RUNNING
        else f"{_be(run.status)}{run.status.value}"
    )
    return line(Span(run.ref, "bold"), " ", Span(verb, style), f" after {took}: {_counts(picture)}")


_STYLES = {
    RunStatus.SUCCEEDED: "good",
    RunStatus.SUSPENDED: "warn",
    RunStatus.RUNNING: "busy",
    RunStatus.QUEUED: "dim",
}


def _be(status: RunStatus) -> str:
    if status is RunStatus.CANCELLED:
        return "was "
    return "is " if status in (RunStatus.SUSPENDED, RunStatus.QUEUED) else ""


def _counts(picture: Picture) -> str:
    counts = picture.counts
    allowed = " as allowed" if picture.run.status is RunStatus.SUCCEEDED else ""
    words = [
        f"{counts[status]} {status.word}{allowed if status is ExecStatus.FAILED else ''}"
        for status in (
            ExecStatus.FINISHED,
            ExecStatus.IGNORED,
            ExecStatus.FAILED,
            ExecStatus.SUSPENDED,
            ExecStatus.RUNNING,
        )
        if counts[status]
    ]
    if counts[ExecStatus.WAITING]:
        words.append(f"{counts[ExecStatus.WAITING]} not started")
    return ", ".join(words) or "no tasks"


def _more(paths: Sequence[str]) -> list[Line]:
    """The failures that are not shown in full."""
    if not paths:
        return []
    rest = f" and {len(paths) - _NAMED} others" if len(paths) > _NAMED else ""
    return [line(Span(f"{len(paths)} more failed: {', '.join(paths[:_NAMED])}{rest}", "bad"))]


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


def _results(picture: Picture) -> list[Line]:
    """What the run was for: the flow's own outputs, or else those of the tasks that nothing waits for."""
    needed = {edge.predecessor for edge in picture.flow.dependencies}
    found = _outputs(picture.root, "") or [
        output
        for node in picture.nodes
        if node.is_task and not any(row.view.node in needed for row in (node, *above(node)))
        for output in _outputs(node, f"{node.view.path}.")
    ]
    if not found:
        return []
    names = max(width(name) for name, _ in found[:_NAMED])
    rows = [line(f"    {pad(name, names)}  {value}") for name, value in found[:_NAMED]]
    return [line(Span("  results:", "dim")), *rows]


def _outputs(node: Node, prefix: str) -> list[tuple[str, str]]:
    return [(f"{prefix}{name}", shown(value)) for name, value in (node.view.outputs or {}).items() if value is not None]


def shown(value: Any) -> str:
    """A JSON value on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return harmless(text)


def _suspended(picture: Picture) -> list[Node]:
    return [node for node in picture.nodes if node.view.status is ExecStatus.SUSPENDED]


def next_step(picture: Picture, step: NextStep = NextStep()) -> list[Line]:
    """A sentence and, as the last line, the command."""
    stopped = _suspended(picture)
    ended = any(node.view.reason is Reason.CANCELLED for node in failures(picture))
    if picture.run.status is RunStatus.RUNNING and ended and not step.alive:
        return _step("to go on with it, and run again what was ended:", f"rerun {picture.run.ref}", step)
    if picture.run.status is RunStatus.SUSPENDED and stopped and not picture.run.held:
        if stopped[0].view.reason is Reason.ASKED:
            return _answer(stopped[0], picture, step)
        if stopped[0].view.reason is Reason.BY_HAND:
            target = f"resume {picture.run.ref} {shlex.quote(stopped[0].view.path)}"
            return _step(f"a person has suspended {stopped[0].view.path}. To let it start:", target, step)
    return next_step_of(picture.run, stopped[0].view.path if stopped else None, step)


def _answer(node: Node, picture: Picture, step: NextStep) -> list[Line]:
    """The command that answers a question, with the fields of its form."""
    fields = [out for out in picture.flow.tasks[node.view.node].outs if not out.computed]
    form = "".join(f" --{out.name.replace('_', '-')} {out.name.upper()}" for out in fields if not out.has_default)
    target = f"{picture.run.ref} {shlex.quote(node.view.path)}"
    return [
        *_step(f"to say no to {node.view.path}:", f"refuse {target}", step),
        *_step("to answer it:", f"answer {target}{form}", step)[1:],
    ]


def next_step_of(run: RunSummary, suspended: str | None, step: NextStep = NextStep()) -> list[Line]:
    """As `next_step`, where only the run and the path of its first suspended task are at hand."""
    match run.status:
        case RunStatus.SUCCEEDED:
            return _step("what the tasks printed:", f"logs {run.ref}", step, "dim")
        case RunStatus.QUEUED:
            return _step("it starts when its flow has room; what is in the way:", f"runs {run.flow}", step)
        case RunStatus.RUNNING if step.alive:
            return _step("to see how far it is:", f"status {run.ref}", step)
        case RunStatus.RUNNING:
            return _step("to go on with it:", f"run --resume {run.ref}", step)
        case RunStatus.FAILED:
            return _step("when the cause is mended, go on from there (what succeeded stays):", f"rerun {run.ref}", step)
        case RunStatus.CANCELLED:
            return _step("to run what was not finished:", f"rerun {run.ref}", step)
        case RunStatus.SUSPENDED if run.held:
            return _step("a person has suspended it. To let it go on:", f"resume {run.ref}", step)
        case RunStatus.SUSPENDED if suspended is None:
            return _step("a person has to decide; see:", f"status {run.ref}", step)
        case RunStatus.SUSPENDED:
            target = f"{run.ref} {shlex.quote(suspended)}"
            return [
                *_step(f"a person has to decide. To count {suspended} as done:", f"ignore {target}", step),
                *_step("to run it again, if that does no harm:", f"rerun {target}", step)[1:],
            ]


def _step(sentence: str, command: str, step: NextStep, style: str = "") -> list[Line]:
    text = f"    flower {command}{f' {step.options}' if step.options else ''}"
    return [(), line(Span(sentence, style)), line(Span(text, "bold"))]
