"""Progress as plain lines, for pipes and files: what began and ended since the last look, each with its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from runtime.cli.display.clock import SECOND, duration, moment
from runtime.cli.display.explanation import failure, first_line, skipped, suspended
from runtime.cli.display.tree import Node, Picture
from runtime.model.run import AttemptView
from runtime.model.state import ExecStatus


class PlainProgress:
    """Turns successive snapshots of one run into lines. Attempts tell starts and ends, so none is missed between two
    looks; states tell what has no attempt: skipped, suspended, failed before it started."""

    def __init__(self, zone: dt.tzinfo | None = None) -> None:
        self._zone = zone
        self._started: set[int] = set()
        self._ended: set[int] = set()
        self._states: dict[int, tuple[ExecStatus, int]] = {}

    def skip(self, picture: Picture, attempts: Sequence[AttemptView]) -> None:
        """Take the present for known: a run that is taken up again tells only what is new."""
        self.lines(picture, attempts)

    def lines(self, picture: Picture, attempts: Sequence[AttemptView]) -> list[str]:
        """What is new, oldest first."""
        told: list[tuple[int, str]] = []
        retries = {node.view.attempt_id: node.view.not_before for node in picture.nodes if node.view.not_before}
        for attempt in attempts:
            told += self._attempt(attempt, retries.get(attempt.id, 0))
        for node in picture.nodes:
            told += self._state(node, picture.now)
        clock = {second: moment(second * SECOND, self._zone) for second in {at // SECOND for at, _ in told}}
        return [f"{clock[at // SECOND]} {text}" for at, text in sorted(told, key=lambda entry: entry[0])]

    def _attempt(self, attempt: AttemptView, retry_at: int) -> list[tuple[int, str]]:
        told = []
        if attempt.id not in self._started:
            self._started.add(attempt.id)
            again = f" (attempt {attempt.number})" if attempt.number > 1 else ""
            told.append((attempt.started_at, f"{attempt.path} started{again}"))
        if attempt.ended_at is not None and attempt.id not in self._ended:
            self._ended.add(attempt.id)
            told.append((attempt.ended_at, f"{attempt.path} {_end(attempt, attempt.ended_at, retry_at)}"))
        return told

    def _state(self, node: Node, now: int) -> list[tuple[int, str]]:
        """Changes that no attempt tells; a group is told only where it failed or stopped of itself."""
        view = node.view
        state = (view.status, view.generation)
        if self._states.get(view.id) == state:
            return []
        self._states[view.id] = state
        at = view.ended_at or now
        if view.status is ExecStatus.IGNORED and node.parent is not None and node.parent.view.status is not view.status:
            return [(at, f"{view.path} {skipped(node)}")]
        if view.status is ExecStatus.SUSPENDED:
            return [(at, f"{view.path} suspended: {suspended(node)}")]
        if view.status is ExecStatus.FAILED and view.attempt_id is None and view.reason.value not in ("members", ""):
            return [(at, f"{view.path} failed: {failure(node)}")]
        return []


def _end(attempt: AttemptView, ended_at: int, retry_at: int) -> str:
    took = duration(ended_at - attempt.started_at)
    if attempt.outcome == "succeeded":
        return f"succeeded in {took}"
    why = first_line(attempt.message) or attempt.reason.value
    again = f"; again in {duration(retry_at - ended_at)}" if retry_at else ""
    return f"{attempt.outcome} after {took}" + (f": {why}" if why else "") + again
