"""Attempts built as the engine builds them, and a bench that runs them on a real executor."""

from __future__ import annotations

import os
import queue
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runtime.executor.local import LocalExecutor
from runtime.executor.protocol import Attempt, Outcome, ProcessMark
from runtime.model.definition import Binding, Call, Hole, Script
from runtime.model.types import Type, type_from_json
from runtime.model.values import from_json

WAIT_SECONDS = 30
LINE = 10


class Components:
    """Functions as components, found by name."""

    def __init__(self) -> None:
        self.functions: dict[str, Any] = {}

    def __call__(self, name: str, project: Path) -> Function:
        return Function(self.functions[name])


class Function:
    wants_context = True
    runs = "thread"
    transactional = False

    def __init__(self, function: Any) -> None:
        self._function = function

    def invoke(self, arguments: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
        given = self._function(context, **arguments)
        return given if given is not None else {}


class Bench:
    """An executor, folders for attempts, and what the executor reported."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.project.mkdir(exist_ok=True)
        self.components = Components()
        self.executor = LocalExecutor(self.components, **({"grace_seconds": 1.0} | options))
        self.marks: dict[int, ProcessMark] = {}
        self.grant = True
        self.ends: queue.SimpleQueue[tuple[Attempt, Outcome]] = queue.SimpleQueue()
        self._ids = 0

    # Reporter

    def started(self, attempt: Attempt, process: ProcessMark) -> bool:
        self.marks[attempt.id] = process
        return self.grant

    def ended(self, attempt: Attempt, outcome: Outcome) -> None:
        self.ends.put((attempt, outcome))

    # What tests call

    def script(
        self, language: Any, text: str, outs: Mapping[str, str | dict[str, Any]] | None = None, **more: Any
    ) -> Attempt:
        return self.attempt(Script(language, (text,), line=LINE), outs, **more)

    def bound(
        self, language: Any, parts: Sequence[str | Hole], values: Mapping[str, tuple[Any, Any]], **more: Any
    ) -> Attempt:
        """A script with bindings: `values` gives JSON and its type by name."""
        bindings = tuple(Binding(name, None, kind) for name, (_, kind) in values.items())
        objects = {name: from_json(type_from_json(kind), data) for name, (data, kind) in values.items()}
        return self.attempt(Script(language, tuple(parts), bindings, line=LINE), values=objects, **more)

    def call(self, function: Any, outs: Mapping[str, Any] | None = None, **more: Any) -> Attempt:
        name = f"test.f{len(self.components.functions)}"
        self.components.functions[name] = function
        return self.attempt(Call(name), outs, **more)

    def attempt(self, action: Script | Call, outs: Mapping[str, Any] | None = None, **more: Any) -> Attempt:
        self._ids += 1
        kinds: list[tuple[str, Type]] = [(name, type_from_json(kind)) for name, kind in (outs or {}).items()]
        fields: dict[str, Any] = {
            "id": self._ids,
            "task_run_id": self._ids,
            "run_id": 1,
            "run_ref": "etl-1",
            "path": "load",
            "number": 1,
            "fence": 1,
            "key": "store-1/load",
            "action": action,
            "folder": self.folder / "runs" / "1" / str(self._ids),
            "project": self.project,
            "run_folder": self.folder / "runs" / "1" / "shared",
            "outs": tuple(kinds),
            "source_file": "etl.flow",
        }
        return Attempt(**(fields | more))

    def run(self, attempt: Attempt) -> Outcome:
        self.executor.submit(attempt, self)
        return self.wait(attempt)

    def wait(self, attempt: Attempt) -> Outcome:
        ended, outcome = self.ends.get(timeout=WAIT_SECONDS)
        assert ended.id == attempt.id
        return outcome

    def nothing_ended(self) -> bool:
        return self.ends.empty()

    def log(self, attempt: Attempt) -> str:
        return (attempt.folder / "log").read_text()


def fifo(path: Path) -> Path:
    """A pipe by which a script says that it has come somewhere: `echo > PIPE` there, `await_fifo` here."""
    os.mkfifo(path)
    return path


def await_fifo(path: Path) -> str:
    """What the script wrote; blocks until it has closed the pipe."""
    return path.read_text().strip()


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
