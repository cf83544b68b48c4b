"""Calls that were lost with the process in which they ran, or that was responsible for them."""

from __future__ import annotations

from runtime.executor.folder import AttemptFolder
from runtime.executor.orphans import kill_orphans
from runtime.executor.protocol import Attempt, Outcome
from runtime.model.state import Reason
from runtime.secret import mask_file, withhold


def lost(attempt: Attempt, text: str, reason: Reason = Reason.IN_DOUBT) -> Outcome:
    """The outcome of a call whose end nobody can know. First what may still run of it is ended, as it may be made
    again, and secrets in its log are masked."""
    kill_orphans()
    folder = AttemptFolder(attempt.folder)
    mask_file(folder.log, attempt.secrets)
    if attempt.lost_secrets:
        withhold(folder.log, folder.withheld, (reference for _, reference in attempt.lost_secrets))
    return Outcome(False, reason=reason, message=text)
