"""What tests have shown, for people: a line for each test, and of a failure the place, the values and the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from flowc.cli.rehearsal import Failure, Verdict
from flowc.diagnostics import Label
from flowc.diagnostics.render import excerpt
from runtime.model.run import TaskView
from runtime.model.state import ExecStatus, Reason
from runtime.simulation.result import dotted

_INDENT: Final = " " * 6
_MOST_NAMES: Final = 12
_HEADINGS: Final = {
    "succeeded": "ran",
    "failed": "failed",
    "skipped": "skipped",
    "suspended": "suspended",
    "waiting": "never ran",
    "running": "never ran",
}


def told(verdict: Verdict, color: bool) -> Iterator[str]:
    """The lines of one test."""
    word = _paint("ok  ", "32", color) if verdict.passed else _paint("FAIL", "1;31", color)
    yield f"{word}  {verdict.scenario.title}"
    for failure in verdict.failures:
        yield from _failure(verdict, failure, color)
    if not verdict.passed and verdict.tasks:
        yield ""
        yield from (f"{_INDENT}{line}" for line in _run(verdict))
    if not verdict.passed:
        yield ""


def _failure(verdict: Verdict, failure: Failure, color: bool) -> Iterator[str]:
    yield f"{_INDENT}{_paint(failure.message, '1', color)}"
    label, labels = "", []
    for span, value in failure.values:
        if span == failure.span:
            label = value
        else:
            labels.append(Label(span, value))
    for line in excerpt(verdict.scenario.source, failure.span, label, labels, color):
        yield f"{_INDENT}{line}"


def _run(verdict: Verdict) -> Iterator[str]:
    """What became of the tasks, those of a kind on one line."""
    yield f"run: {verdict.status}"
    kinds: dict[str, list[str]] = {}
    for task in verdict.tasks:
        if task.kind == "task":
            kinds.setdefault(_HEADINGS[task.status.word], []).append(_named(task))
    width = max(map(len, kinds), default=0)
    for heading in dict.fromkeys(_HEADINGS.values()):
        if heading in kinds:
            yield f"  {heading:<{width}}  {_listed(kinds[heading])}"


def _named(task: TaskView) -> str:
    notes = []
    if task.attempts > 1:
        notes.append(f"{task.attempts} attempts")
    if task.reason is Reason.MISSING_VALUE:
        notes.append("a value was not given")
    elif task.message and task.status in (ExecStatus.FAILED, ExecStatus.SUSPENDED):
        notes.append(task.message)
    elif task.status is ExecStatus.SUSPENDED and task.reason is not Reason.NONE:
        notes.append(str(task.reason))
    return dotted(task.path) + (f" ({', '.join(notes)})" if notes else "")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else shown


def summary(verdicts: Iterable[Verdict]) -> str:
    """`3 tests: 2 passed, 1 failed`."""
    found = list(verdicts)
    failed = sum(not verdict.passed for verdict in found)
    count = f"{len(found)} test{'s' if len(found) != 1 else ''}"
    passed = f"{len(found) - failed} passed"
    return f"{count}: {passed}, {failed} failed" if failed else f"{count} passed"


def _paint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text
