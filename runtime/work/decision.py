"""What an outcome means for a task; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from runtime.backoff import may_try_again, retry_delay
from runtime.executor.protocol import Outcome
from runtime.model.definition import Retry, TaskDefinition
from runtime.model.state import Reason

MOST_CRASHES: Final = 3
"""How often an idempotent task without a retry is started again after it was lost together with its engine."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from an outcome. `delay_seconds` counts for `retry` and `again`."""

    kind: Literal["complete", "fail", "retry", "suspend", "again"]
    delay_seconds: float = 0.0


def decide_outcome(
    task: TaskDefinition,
    attempts: int,
    outcome: Outcome,
    rule: Retry | None,
    luck: float,
    since_first_seconds: float = 0.0,
) -> Decision:
    """The next state of a task whose attempt ended.

    `attempts`: starts in this generation, this one included. `rule`: the retry that covers the outcome, with numbers,
    or None. `luck`: a random number in [0, 1) for the jitter. `since_first_seconds`: how long ago the first start was.
    """
    if outcome.never_ran:
        return Decision("again", outcome.again_seconds * (0.5 + luck))
    if outcome.succeeded:
        return Decision("complete")
    if outcome.reason is Reason.CANCELLED:
        return Decision("fail")
    if outcome.in_doubt and task.on_crash == "suspend":
        return Decision("suspend")
    delay = retry_delay(rule, attempts, luck) if rule is not None else 0.0
    if rule is not None and may_try_again(rule, attempts, delay, since_first_seconds):
        return Decision("retry", delay)
    if not outcome.in_doubt:
        return Decision("fail")
    may_rerun = task.on_crash == "rerun" or (task.idempotent and not task.retry)
    if may_rerun and attempts <= MOST_CRASHES:
        return Decision("retry")
    return Decision("suspend")
