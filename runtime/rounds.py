"""Rounds: whether a node with `until` goes again once a round of it has ended well. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal

from runtime.expression.evaluator import ExpressionError, Scope, evaluate
from runtime.model.definition import Until
from runtime.model.encode import dumps
from runtime.model.state import Reason
from runtime.model.values import to_json

_AT_LEAST: Final = 1
"""Microseconds between rounds, so that each of them is durable before the next begins."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a round. `again`: the next one begins at `not_before` and may ask for `kept`, JSON."""

    kind: Literal["over", "again", "failed"]
    reason: Reason = Reason.NONE
    message: str = ""
    not_before: int = 0
    kept: str | None = None


def judge(until: Until, number: int, expires_at: int | None, scope: Scope, now: int) -> Verdict:
    """The verdict on round `number`, counted from 1. `expires_at`, `now`: microseconds.

    ExpressionError if the condition has no value, or a setting is none that can be.
    """
    holds = evaluate(until.condition, scope)
    if not isinstance(holds, bool):
        raise ExpressionError("the condition of `until` is neither true nor false")
    if holds:
        return Verdict("over")
    told = f"its `until` did not hold after {number} round{'' if number == 1 else 's'}"
    most = evaluate(until.at_most, scope)
    if most is not None and number >= _count(most):
        return Verdict("failed", Reason.ROUNDS, told)
    not_before = now + max(round(_seconds(evaluate(until.every_seconds, scope)) * 1e6), _AT_LEAST)
    if expires_at is not None and not_before >= expires_at:
        return Verdict("failed", Reason.TIMEOUT, f"{told}, and its `timeout` leaves no time for another")
    kept = {name: to_json(evaluate(tree, scope)) for name, tree, _ in until.kept}
    return Verdict("again", not_before=not_before, kept=dumps(kept) if kept else None)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ExpressionError("`at_most` of an `until` must be a whole number of at least 1")
    return value


def _seconds(value: Any) -> float:
    seconds = value.total_seconds() if isinstance(value, dt.timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise ExpressionError("`every` of an `until` must be a duration")
    return float(seconds)
