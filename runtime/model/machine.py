"""The machine of a task run: every event that can move it, from which states, to which state, for which reasons.

Nothing decides by it; everything that is written must agree with it: the tests hold the recorded history of every
simulated run against it. The table in `docs/state_machine.md` is made of it, by `python -m runtime.model.machine`.
"""

from __future__ import annotations

from typing import Final

from runtime.model.slotted import dataclass
from runtime.model.state import ExecStatus, Reason

WAITING, RUNNING, SUSPENDED = ExecStatus.WAITING, ExecStatus.RUNNING, ExecStatus.SUSPENDED
FINISHED, FAILED, IGNORED = ExecStatus.FINISHED, ExecStatus.FAILED, ExecStatus.IGNORED

_ANY: Final = frozenset(ExecStatus)
_STOPPED: Final = _ANY - {WAITING, RUNNING}
_FAILURES: Final = frozenset(
    {
        Reason.ERROR,
        Reason.TIMEOUT,
        Reason.CANCELLED,
        Reason.BAD_OUTPUT,
        Reason.COULD_NOT_START,
        Reason.EXPRESSION,
        Reason.ROUNDS,
    }
)


@dataclass(frozen=True, slots=True)
class Transition:
    """An event of the machine. `guard`: what else must hold, in words. `fenced`: only the holder of the newest fence
    may cause it. `renews`: it begins a new generation. `by`: a task, a group, or any row."""

    event: str
    sources: frozenset[ExecStatus]
    target: ExecStatus
    reasons: frozenset[Reason]
    guard: str
    by: str = "any"
    fenced: bool = False
    renews: bool = False

    def allows(self, status: ExecStatus, to: ExecStatus, reason: str) -> bool:
        """Whether it explains a change that was seen."""
        return status in self.sources and to is self.target and reason in self.reasons


def _reasons(*reasons: Reason) -> frozenset[Reason]:
    return frozenset(reasons or (Reason.NONE,))


TRANSITIONS: Final = (
    Transition("claimed", frozenset({WAITING}), RUNNING, _reasons(), "nothing is waited for, there is a place", "task"),
    Transition("opened", frozenset({WAITING}), RUNNING, _reasons(), "nothing is waited for, there is a place", "group"),
    Transition("put off", frozenset({WAITING}), WAITING, _reasons(Reason.WAIT, Reason.RATE), "its time has not come"),
    Transition("decided", frozenset({WAITING}), FINISHED, _reasons(), "it has no action, or its time has come"),
    Transition("taken over", frozenset({WAITING}), FINISHED, _reasons(Reason.CACHED), "a result is there", "task"),
    Transition(
        "skipped",
        frozenset({WAITING}),
        IGNORED,
        _reasons(Reason.CONDITION, Reason.NO_EVENT, Reason.PARENT, Reason.ENOUGH),
        "its condition does not hold, or it is not needed",
    ),
    Transition(
        "cannot start", frozenset({WAITING}), FAILED, frozenset(_FAILURES), "an expression of it cannot be computed"
    ),
    Transition(
        "needs a person",
        frozenset({WAITING}),
        SUSPENDED,
        _reasons(Reason.ASKED, Reason.MISSING_VALUE, Reason.NO_SECRET),
        "it asks, or lacks a value",
    ),
    Transition("completed", frozenset({RUNNING}), FINISHED, _reasons(), "it ended well", "task", fenced=True),
    Transition("failed", frozenset({RUNNING}), FAILED, frozenset(_FAILURES), "it ended badly", "task", fenced=True),
    Transition(
        "lost", frozenset({RUNNING}), SUSPENDED, _reasons(Reason.IN_DOUBT), "nobody can know", "task", fenced=True
    ),
    Transition("retried", frozenset({RUNNING}), WAITING, _reasons(Reason.RETRY), "a retry covers it", fenced=True),
    Transition(
        "never ran",
        frozenset({RUNNING}),
        WAITING,
        _reasons(Reason.NONE, Reason.SCARCE),
        "its gate stayed shut",
        "task",
        fenced=True,
    ),
    Transition(
        "next round", frozenset({WAITING, RUNNING}), WAITING, _reasons(Reason.ROUND), "its `until` does not hold yet"
    ),
    Transition("closed", frozenset({RUNNING}), FINISHED, _reasons(), "all members have ended well", "group"),
    Transition(
        "stuck",
        frozenset({RUNNING, WAITING}),
        FAILED,
        _reasons(Reason.MEMBERS, *_FAILURES),
        "a member failed and nothing in it can move, or it cannot go on",
        "group",
    ),
    Transition("retried whole", frozenset({FAILED}), WAITING, _reasons(Reason.RETRY), "a retry of a group", "group"),
    Transition(
        "not needed",
        _ANY,
        IGNORED,
        _reasons(Reason.ENOUGH, Reason.PARENT, Reason.NOT_IN_LIST, Reason.CONDITION),
        "enough others have succeeded, or its list does not hold it any more",
    ),
    Transition(
        "had failed",
        frozenset({IGNORED}),
        FAILED,
        _reasons(Reason.MEMBERS),
        "it is not needed any more, but a member had failed before",
        "group",
    ),
    Transition("answered", frozenset({SUSPENDED}), FINISHED, _reasons(), "a person answered, or its time was over"),
    Transition(
        "ended with its group",
        frozenset({SUSPENDED}),
        FAILED,
        _reasons(Reason.CANCELLED),
        "its group is late or failed",
    ),
    Transition("refused", frozenset({SUSPENDED}), FAILED, _reasons(Reason.REFUSED, Reason.TIMEOUT), "a person said no"),
    Transition("reset", _ANY, WAITING, _reasons(), "a person, a list or a group that goes again", renews=True),
    Transition(
        "reset while it runs", _ANY, RUNNING, _reasons(Reason.RESET_WHEN_ENDED), "its attempt is ended first", "task"
    ),
    Transition("reopened", _STOPPED, RUNNING, frozenset(Reason), "a member is not settled any more", "group"),
    Transition("counted as done", _ANY, FINISHED, _reasons(Reason.BY_HAND), "a person"),
    Transition("ignored", _ANY, IGNORED, _reasons(Reason.BY_HAND), "a person"),
    Transition("held back", _ANY, SUSPENDED, _reasons(Reason.BY_HAND), "a person"),
    Transition("given up", _ANY, FAILED, _reasons(Reason.BY_HAND), "a person"),
)
"""In the order of a task's life. Of two that explain a change, both may have been meant."""


def explanations(status: ExecStatus, to: ExecStatus, reason: str, *, kind: str) -> list[Transition]:
    """The events that can have moved a row of a kind (`task`, `group`, `map`, …) so; none: it may not happen."""
    by = "task" if kind == "task" else "group"
    return [each for each in TRANSITIONS if each.by in ("any", by) and each.allows(status, to, reason)]


def table() -> str:
    """All events as a table in Markdown."""
    lines = ["| event | of | from | to | reason | when |", "|---|---|---|---|---|---|"]
    for each in TRANSITIONS:
        reasons = ", ".join(f"`{reason}`" for reason in Reason if reason and reason in each.reasons)
        when = each.guard + (", with its newest fence" if each.fenced else "") + ("; anew" if each.renews else "")
        any_reason = "any" if each.reasons == frozenset(Reason) else reasons
        lines.append(
            f"| {each.event} | {each.by} | {_words(each.sources)} | {each.target.word} | {any_reason} | {when} |"
        )
    return "\n".join(lines) + "\n"


def _words(states: frozenset[ExecStatus]) -> str:
    return "any" if states == _ANY else ", ".join(state.word for state in ExecStatus if state in states)


if __name__ == "__main__":
    print(table(), end="")
