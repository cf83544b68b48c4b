"""One run as the display looks at it: pictures read from the store, with the logs of what failed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from runtime.cli import log
from runtime.cli.display.frame import Failure, failures, latest_failure
from runtime.cli.display.tree import Node, Picture, picture
from runtime.model.definition import FlowDefinition
from runtime.model.run import AttemptView

if TYPE_CHECKING:
    from runtime.store.sqlite.reader import Reader

_TAIL_LINES = 10


class Look:
    """Reads pictures of one run. The definition of its flow is read once: it never changes under a run."""

    def __init__(self, reader: Reader, run_id: int) -> None:
        self._reader = reader
        self._run_id = run_id
        self._flow: FlowDefinition = reader.definition(run_id)
        self._failure: Failure | None = None

    def picture(self) -> Picture:
        run = self._reader.run(str(self._run_id))
        return picture(run, self._flow, self._reader.tasks(self._run_id), now())

    def attempts(self, path: str | None = None) -> Sequence[AttemptView]:
        return self._reader.attempts(self._run_id, path)

    def failure(self, picture: Picture) -> Failure | None:
        """The latest failure; its log is read once, when it is new."""
        node = latest_failure(picture)
        if node is None:
            self._failure = None
        elif self._failure is None or self._failure.node.view != node.view:
            self._failure = self.with_log(node)
        return self._failure

    def with_log(self, node: Node) -> Failure:
        """A failed task with the end of the log of its last attempt."""
        if node.view.attempt_id is None:
            return Failure(node)
        found = [attempt for attempt in self.attempts(node.view.path) if attempt.id == node.view.attempt_id]
        return Failure(node, log.tail(found[0].log, _TAIL_LINES) if found else ())

    def failures(self, picture: Picture, most: int) -> list[Failure]:
        return [self.with_log(node) for node in failures(picture)[:most]]


def now() -> int:
    """Microseconds since 1970, as the store counts."""
    return time.time_ns() // 1000
