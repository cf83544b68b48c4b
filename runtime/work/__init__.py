"""Work: from ready task runs to attempts for an executor, and from outcomes to the next state.

What an outcome means is decided by a pure function (`decide_outcome`); `Worker` writes it, fenced.
"""

from runtime.work.adoption import recovered_attempt
from runtime.work.decision import Decision, decide_outcome
from runtime.work.worker import Claim, Worker

__all__ = ["Claim", "Decision", "Worker", "decide_outcome", "recovered_attempt"]
