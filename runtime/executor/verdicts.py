"""The outcome of a script, from what it left: its exit code, its outputs, or the reason why it was ended."""

from __future__ import annotations

import errno
import re
import signal
from dataclasses import replace
from typing import Final

from runtime.executor.folder import AttemptFolder
from runtime.executor.log import tail_lines
from runtime.executor.outputs import BadOutput, collect
from runtime.executor.protocol import Attempt, Outcome
from runtime.model.state import Reason
from runtime.model.values import format_duration

_NOT_FOUND: Final = re.compile(r"(?:^|: )(?:line )?(\d+): (?:[^:]*: )?([^:]+): (?:command )?not found$")
_SCARCE: Final = {
    errno.EAGAIN: "the machine lets this user start no more processes",
    errno.ENOMEM: "the machine has no memory left for another process",
    errno.EMFILE: "the engine has no file descriptors left",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "this user's share of the disk is full",
    errno.ENFILE: "the machine has no file descriptors left",
}
_AGAIN_SECONDS: Final = 2.0
_COULD_NOT_START: Final = 125
_NOT_EXECUTABLE: Final = 126
_NO_COMMAND: Final = 127
_BY_SIGNAL: Final = 128
_BROKEN_PIPE: Final = (
    "a command wrote into a pipe whose reader had ended, as in `… | head`; if that is fine, "
    "write `set +o pipefail` above it"
)


def told(attempt: Attempt, folder: AttemptFolder, reason: Reason, status: int | None, took_seconds: float) -> Outcome:
    """What a script that is over came to. `reason`: why it was ended, or NONE. `status`: the gate's, if known."""
    code = folder.code()
    if code is None and status is not None:
        code = status if status >= 0 else _BY_SIGNAL - status
    if reason:
        message = ended_text(reason, attempt)
        return Outcome(False, reason=reason, message=message, exit_code=code, took_seconds=took_seconds)
    if code in (None, _COULD_NOT_START) and not folder.has_started():
        return Outcome(False, reason=Reason.COULD_NOT_START, message=_unstartable(folder), exit_code=code)
    return replace(_by_itself(attempt, folder, code), took_seconds=took_seconds)


def unstarted(reason: Reason) -> Outcome:
    """Of a script whose gate was never opened: it was cancelled, or its claim was lost, or the engine is stopping."""
    if reason:
        return Outcome(False, reason=reason, message="it was cancelled before it started")
    return Outcome(False, reason=Reason.CANCELLED, message="its claim was lost before it started", never_ran=True)


def unspawned(error: OSError | ValueError) -> Outcome:
    """Of a script whose process or files could not be made. What the machine has too little of just now it may have
    soon."""
    if isinstance(error, OSError) and error.errno == errno.E2BIG:
        text = "its environment is too large for this system; give large data by a file and its path"
    else:
        text = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
        text += f": {error.filename}" if isinstance(error, OSError) and error.filename else ""
    if isinstance(error, OSError) and error.errno in _SCARCE:
        message = f"{_SCARCE[error.errno]} ({text})"
        return Outcome(False, reason=Reason.SCARCE, message=message, never_ran=True, again_seconds=_AGAIN_SECONDS)
    return Outcome(False, reason=Reason.COULD_NOT_START, message=f"the script could not be started: {text}")


def in_doubt(folder: AttemptFolder, why: str = "nobody knows how far it came") -> Outcome:
    """Of a script that was lost together with its engine."""
    started = "it had started, and was lost" if folder.has_started() else "it may have started, and was lost"
    return Outcome(False, reason=Reason.IN_DOUBT, message=f"{started} together with its engine: {why}")


def _by_itself(attempt: Attempt, folder: AttemptFolder, code: int | None) -> Outcome:
    if code == 0:
        try:
            return Outcome(True, outputs=collect(folder, attempt.outs, attempt.project), exit_code=0)
        except BadOutput as problem:
            return Outcome(False, reason=Reason.BAD_OUTPUT, message=str(problem), exit_code=0)
    if code is None:
        return Outcome(False, reason=Reason.ERROR, message="it ended without an exit code")
    return Outcome(False, reason=Reason.ERROR, message=_failed(attempt, folder, code), exit_code=code)


def ended_text(reason: Reason, attempt: Attempt) -> str:
    """The sentence for an attempt that was ended."""
    if reason is Reason.TIMEOUT and attempt.timeout_seconds is not None:
        import datetime as dt

        return f"it was ended after its timeout of {format_duration(dt.timedelta(seconds=attempt.timeout_seconds))}"
    return "it was cancelled while it ran" if reason is Reason.CANCELLED else f"it was ended: {reason.value}"


def process_ended_text(status: int | None) -> str:
    """The sentence for a process that a component has ended, or that was killed under it. Negative: by a signal."""
    if status is None:
        return "its process ended"
    if status < 0:
        return f"its process was killed by {_signal_name(-status)}"
    return f"it ended its process itself, with exit code {status}"


def _unstartable(folder: AttemptFolder) -> str:
    lines = [line for line in tail_lines(folder.log) if line.strip()]
    return f"the script could not be started{': ' + lines[-1] if lines else ''}"


def _failed(attempt: Attempt, folder: AttemptFolder, code: int) -> str:
    """The sentence for an exit code."""
    if error := folder.error():
        return error
    if code == _NO_COMMAND:
        return _no_command(attempt, folder)
    if code == _NOT_EXECUTABLE:
        return "exit code 126: a command of the script is not executable"
    if code == _BY_SIGNAL + signal.SIGPIPE:
        return f"exit code {code}: {_BROKEN_PIPE}"
    if code > _BY_SIGNAL:
        return f"it was killed by {_signal_name(code - _BY_SIGNAL)} (exit code {code})"
    return f"exit code {code}"


def _no_command(attempt: Attempt, folder: AttemptFolder) -> str:
    """Names the command and its line, which the shell has written to the log."""
    for line in reversed(tail_lines(folder.log)):
        found = _NOT_FOUND.search(line)
        if found:
            place = f"{attempt.source_file}:{found[1]}" if attempt.source_file else f"line {found[1]}"
            return f"exit code 127: there is no command `{found[2].strip()}` ({place}); is it installed, and on PATH?"
    return "exit code 127: a command of the script was not found"


def _signal_name(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name}, perhaps for want of memory" if number == signal.SIGKILL else name
