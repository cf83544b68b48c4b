"""Actions that need no worker: `wait` for a time, `ask` a person."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flowc.analysis.constants import duration
from flowc.analysis.expressions import Expressions
from flowc.analysis.mismatch import Wanted
from flowc.analysis.scope import Scope
from flowc.analysis.types import UNKNOWN, described, is_unknown
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.definition import Ask, Wait
from runtime.model.types import DATETIME, DURATION, STR, TIME

_UNFIT: Final[dict[type, tuple[str, str]]] = {
    nodes.Retry: ("retry", "there is nothing to try again"),
    nodes.Env: ("env", "there is no process to give it to"),
    nodes.Cwd: ("cwd", "there is no process to start in it"),
    nodes.Idempotent: ("idempotent", "it may always run twice"),
    nodes.Crash: ("on crash", "a crash does it no harm"),
    nodes.Cache: ("cache", "there is no result to take over"),
    nodes.Use: ("use", "who only waits takes no place"),
}


def read_waiting(
    checker: Expressions, action: nodes.Ask | nodes.Wait, body: list[nodes.Statement], scope: Scope
) -> Ask | Wait | None:
    """The action of a task with this block; None if an error was reported."""
    _check_unfit(checker, action, body)
    if isinstance(action, nodes.Wait):
        return _wait(checker, action, scope)
    found = checker.check(action.text, scope, Wanted(STR, "`ask` takes the text of the question"))
    return None if is_unknown(found.type) else Ask(found.tree)


def _wait(checker: Expressions, item: nodes.Wait, scope: Scope) -> Wait | None:
    if not item.until:
        wanted = Wanted(DURATION, "`wait` takes a duration such as `20s`")
        found = checker.check(item.value, scope, wanted)
        length = duration(found.tree)
        if length is not None and length <= dt.timedelta():
            checker.report.error(
                codes.BAD_SETTING, item.value.span, "this waits for no time at all", help="write at least `wait 1s`"
            )
            return None
        return None if is_unknown(found.type) else Wait(found.tree)
    found = checker.check(item.value, scope, Wanted(UNKNOWN, ""))
    if is_unknown(found.type):
        return None
    if found.type not in (TIME, DATETIME):
        checker.report.error(
            codes.TYPE_MISMATCH,
            item.value.span,
            f"`wait until` takes a time of day or a moment, but this is {described(found.type)}",
            label=f"this is {described(found.type)}",
            help="write a time such as `08:00`; for a span of time write `wait 20s`, without `until`",
        )
        return None
    return Wait(found.tree)


def _check_unfit(checker: Expressions, action: nodes.Ask | nodes.Wait, body: list[nodes.Statement]) -> None:
    """Settings about a process or a result make no sense on a task that only waits."""
    word = "ask" if isinstance(action, nodes.Ask) else "wait"
    for item in body:
        if type(item) in _UNFIT:
            setting, why = _UNFIT[type(item)]
            checker.report.error(
                codes.MISPLACED,
                item.span,
                f"`{setting}` does not go with `{word}`: {why}",
                help="remove it, or write it in a task that does something",
            )
            return
