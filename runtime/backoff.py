"""How long: the pause before another attempt, and the time that a node may take. Pure."""

from __future__ import annotations

from typing import Any

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import Retry, TaskDefinition


def retry_delay(rule: Retry, attempts: int, luck: float) -> float:
    """Seconds to wait after the n-th attempt: `delay * backoff^(n-1)`, capped, give or take the jitter."""
    ceiling = rule.max_delay_seconds if rule.max_delay_seconds is not None else 365 * 86_400.0
    try:
        delay = min(rule.delay_seconds * rule.backoff ** (attempts - 1), ceiling)
    except OverflowError:
        delay = ceiling
    return max(0.0, float(delay * (1 + rule.jitter * (2 * luck - 1))))


def settled(rule: Retry, scope: Any) -> Retry:
    """The rule with numbers where it has expressions."""
    trees = (rule.attempts, rule.delay_seconds, rule.backoff, rule.max_delay_seconds, rule.jitter, rule.within_seconds)
    if not any(isinstance(tree, list) for tree in trees):
        return rule
    attempts, delay, backoff, max_delay, jitter, within = (evaluate(tree, scope) for tree in trees)
    return Retry(attempts, delay, backoff, max_delay, jitter, rule.when, within)


def may_try_again(rule: Retry, attempts: int, delay_seconds: float, since_first_seconds: float) -> bool:
    """Whether a rule (settled) covers one more attempt after so many, that would begin after the delay."""
    if attempts > rule.attempts:
        return False
    return rule.within_seconds is None or bool(since_first_seconds + delay_seconds <= rule.within_seconds)


def timeout_of(task: TaskDefinition, scope: Any) -> float | None:
    """The seconds of a `timeout`; None if there is none."""
    if task.timeout_seconds is None:
        return None
    value = evaluate(task.timeout_seconds, scope)
    seconds = value.total_seconds() if hasattr(value, "total_seconds") else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise ExpressionError("the timeout must be longer than nothing")
    return float(seconds)
