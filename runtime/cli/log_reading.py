"""Which logs `flower logs` prints, and how: one as it is, several with a title each, or followed as they grow."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.cli import as_json, log
from runtime.cli.display.clock import duration
from runtime.cli.display.paint import glyphs_of, paint
from runtime.cli.display.styled import Span, line
from runtime.cli.look import now
from runtime.cli.selection import below, find_task, one_task
from runtime.model.errors import NotFound
from runtime.model.run import AttemptView, RunSummary, TaskView
from runtime.model.values import Secret
from runtime.secret import NoSecret, fetch

if TYPE_CHECKING:
    from runtime.store.sqlite.reader import Reader

_FOLLOW_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Attempts of a run whose logs are wanted. `number`: an attempt of each task, or None for the last."""

    reader: Reader
    run: RunSummary
    task: TaskView | None
    number: int | None

    @classmethod
    def of(cls, reader: Reader, run: RunSummary, names: Sequence[str], number: int | None) -> LogRequest:
        name = one_task(names, "flower logs RUN TASK") if names else None
        return cls(reader, run, find_task(name, reader.tasks(run.id)) if name else None, number)

    def attempts(self) -> list[AttemptView]:
        """Of each task in question one attempt, in the order in which they started."""
        chosen: dict[int, AttemptView] = {}
        wanted = self._wanted()
        for attempt in self.reader.attempts(self.run.id):
            if (wanted is None or attempt.task_run_id in wanted) and self.number in (None, attempt.number):
                chosen[attempt.task_run_id] = attempt
        return sorted(chosen.values(), key=lambda attempt: (attempt.started_at, attempt.id))

    def _wanted(self) -> set[int] | None:
        if self.task is None:
            return None
        return {task.id for task in below(self.task, self.reader.tasks(self.run.id))}

    def found(self) -> list[AttemptView]:
        """As `attempts`; NotFound, with what is known, if there are none."""
        found = self.attempts()
        if found:
            return found
        of = f"`{self.task.path}`" if self.task else f"run {self.run.ref}"
        if self.number is not None:
            raise NotFound(f"{of} has no attempt {self.number}", f"flower logs {self.run.ref} shows the last of each")
        raise NotFound(f"nothing of {of} has started", f"flower status {self.run.ref} shows what it waits for")

    def secrets(self) -> list[str]:
        """Values of the run's secret parameters, as far as they can be had here."""
        return self._fetched()[0]

    def _fetched(self) -> tuple[list[str], list[Secret]]:
        """The values of the run's secret parameters, and the references that lead nowhere here."""
        definition = self.reader.definition(self.run.id)
        references = [
            Secret(self.run.parameters[parameter.name])
            for parameter in definition.parameters
            if parameter.type == "secret" and self.run.parameters.get(parameter.name)
        ]
        values: list[str] = []
        lost: list[Secret] = []
        for reference in references:
            try:
                values.append(fetch(reference, Path.cwd()))
            except NoSecret:
                lost.append(reference)
        return values, lost

    def pieces(self, attempt: AttemptView) -> Iterator[bytes]:
        """The log of an attempt. The log of one that has ended holds no secrets; a running one's is masked here, and
        one that was withheld as soon as all secrets of the run can be had here."""
        withheld = Path(f"{attempt.log}.withheld")
        secrets, lost = self._fetched() if not attempt.outcome or withheld.exists() else ([], [])
        if withheld.exists() and not lost:
            yield log.read_masked(withheld, secrets)
        elif secrets:
            yield log.read_masked(attempt.log, secrets)
        else:
            yield from log.read(attempt.log)

    def new_pieces(self, attempt: AttemptView, start: int) -> Iterator[bytes]:
        """What a log has from a byte on, of a running attempt with secrets only what cannot be part of one."""
        secrets = [] if attempt.outcome else self.secrets()
        if not secrets:
            yield from log.read(attempt.log, start)
            return
        held_back = max(len(value.encode()) for value in secrets)
        piece = log.read_masked(attempt.log, secrets)[start:-held_back]
        if piece:
            yield piece

    @property
    def single(self) -> bool:
        return self.task is not None and self.task.kind == "task"


def print_logs(request: LogRequest) -> None:
    for index, attempt in enumerate(request.found()):
        if not request.single:
            print_title(attempt, first=index == 0)
        end = b"\n"
        for piece in request.pieces(attempt):
            _write(piece)
            end = piece[-1:]
        if not request.single and end != b"\n":
            _write(b"\n")


def print_logs_as_json(request: LogRequest) -> None:
    entries = []
    for attempt in request.found():
        text = b"".join(request.pieces(attempt)).decode("utf-8", "replace")
        entries.append({**as_json.attempt_json(attempt), "text": text})
    print(as_json.dumps(entries))


def follow_logs(request: LogRequest) -> None:
    """Prints what is there and what comes, until the tasks have ended; titles where the source changes."""
    places: dict[int, int] = {}
    last: int | None = None
    while True:
        moving = _moving(request)
        for attempt in request.attempts():
            for piece in request.new_pieces(attempt, places.get(attempt.id, 0)):
                if not request.single and last != attempt.id:
                    print_title(attempt, first=last is None)
                places[attempt.id] = places.get(attempt.id, 0) + len(piece)
                last = attempt.id
                _write(piece)
        if not moving:
            return
        time.sleep(_FOLLOW_SECONDS)


def _moving(request: LogRequest) -> bool:
    """Whether more may come: read before the logs, so that nothing written up to the end is missed."""
    if request.reader.run(str(request.run.id)).status.ended:
        return False
    if request.task is None:
        return True
    task = next(task for task in request.reader.tasks(request.run.id) if task.id == request.task.id)
    return task.status.word in ("waiting", "running")


def print_title(attempt: AttemptView, first: bool) -> None:
    """A line that says whose log follows."""
    glyphs = glyphs_of(sys.stdout)
    took = duration((attempt.ended_at if attempt.ended_at is not None else now()) - attempt.started_at)
    number = f", attempt {attempt.number}" if attempt.number > 1 else ""
    words = f" {attempt.outcome or 'running'}{' after' if attempt.outcome else ' for'} {took}{number}"
    title = line(Span(f"{glyphs.top} ", "dim"), Span(attempt.path, "bold"), Span(words, "dim"))
    paint([title] if first else [(), title], sys.stdout)


def _write(data: bytes) -> None:
    """Bytes as they are to a pipe or file; to a terminal without what could harm it."""
    sys.stdout.flush()
    if sys.stdout.isatty():
        sys.stdout.write(log.for_terminal(data))
        sys.stdout.flush()
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
