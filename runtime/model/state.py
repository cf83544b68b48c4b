"""States of runs and task runs, in the numbers of the ancestor and in words."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ExecStatus(IntEnum):
    """`task_run.exec_status`. 0, 1, 2, 3 and 9 are the ancestor's; 4 is ours."""

    WAITING = 0
    RUNNING = 1
    SUSPENDED = 2
    FINISHED = 3
    FAILED = 4
    IGNORED = 9

    @property
    def word(self) -> str:
        """The word people read: `finished` is shown as succeeded, `ignored` as skipped."""
        return _WORDS[self]

    @property
    def satisfies(self) -> bool:
        """Whether a successor over a plain edge may start."""
        return self in (ExecStatus.FINISHED, ExecStatus.IGNORED)


_WORDS = {
    ExecStatus.WAITING: "waiting",
    ExecStatus.RUNNING: "running",
    ExecStatus.SUSPENDED: "suspended",
    ExecStatus.FINISHED: "succeeded",
    ExecStatus.FAILED: "failed",
    ExecStatus.IGNORED: "skipped",
}


class Reason(StrEnum):
    """Why a task run is in its state, where the state alone does not say it."""

    NONE = ""
    # failed
    ERROR = "error"  # it ran and said so: an exit code, an exception
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # a person said no
    BAD_OUTPUT = "bad output"  # it ran well, but a declared output is missing or wrong
    COULD_NOT_START = "could not start"
    EXPRESSION = "expression"  # an argument or condition could not be computed
    MEMBERS = "members"  # a group some of whose members failed
    ROUNDS = "rounds"  # its `until` did not hold after as many rounds as it may have
    # suspended
    IN_DOUBT = "in doubt"
    MISSING_VALUE = "missing value"
    NO_SECRET = "no secret"  # a reference leads to no value
    BY_HAND = "by hand"
    ASKED = "asked"  # a person is to answer
    # ignored
    CONDITION = "condition"
    PARENT = "parent"  # a member of a group that is skipped
    ENOUGH = "enough"  # enough others of its group have succeeded
    NOT_IN_LIST = "not in list"  # an item that the list no longer holds since it was made again
    NO_EVENT = "no event"  # a hook whose event did not happen
    # waiting
    RETRY = "retry"
    ROUND = "round"  # the next round of an `until`
    WAIT = "wait"  # a `wait` that has begun
    SCARCE = "scarce"  # the machine had no process, memory or descriptor left for it; tried again soon
    RATE = "rate"  # a pool lets it start at a time that is reserved for it
    # finished
    CACHED = "cached"  # outputs taken over from another run
    # running
    RESET_WHEN_ENDED = "reset when ended"  # set back by hand: its attempt is ended first, then it starts afresh


class RunStatus(StrEnum):
    """`flow_run.status`: what a whole run has come to. A queued one waits until its flow has room for it."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Nothing moves until a person does something."""
        return self not in (RunStatus.RUNNING, RunStatus.QUEUED)

    @property
    def exit_code(self) -> int:
        """What `flower run` exits with at this end."""
        return {"succeeded": 0, "failed": 1, "cancelled": 1, "suspended": 3, "queued": 3}.get(self.value, 130)
