"""What became of a script whose engine died: a decision from what is left, made at once and without a guess.

The pid was committed before the gate opened, the mark was left before the script ran, the exit code in it after the
script. A mark is proof; that one is missing proves something only within the same boot, as a power cut can lose it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Verdict(Enum):
    TAKE = auto()  # It ended; its exit code and outputs are there.
    ADOPT = auto()  # It is alive: wait for it, then ask again.
    NEVER_RAN = auto()
    IN_DOUBT = auto()


@dataclass(frozen=True, slots=True)
class Evidence:
    """`committed`: a process is in the store. `same_boot`: it belongs to this boot. `alive`: it lives.

    `gated`: it had to wait until it was committed; without that a missing process or mark proves nothing.
    """

    committed: bool
    same_boot: bool
    alive: bool
    started: bool
    has_code: bool
    gated: bool = True


def judge(evidence: Evidence) -> Verdict:
    """The verdict on a script of an engine that is dead."""
    if evidence.gated and not evidence.committed:
        return Verdict.NEVER_RAN
    if evidence.alive:
        return Verdict.ADOPT
    if evidence.has_code:
        return Verdict.TAKE
    if evidence.gated and evidence.same_boot and not evidence.started:
        return Verdict.NEVER_RAN
    return Verdict.IN_DOUBT
